import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/contract/json.ts'
import { oneShard, shard } from '../connectors/kinesis/one-shard.ts'
import { observedContext, openScripted } from '../connectors/kinesis/scripted-source.ts'

test('an empty answer is never taken for the end of a shard', async () => {
  const { clock, api, reader } = await oneShard()
  const fetched = await clock.until(reader.fetch())
  expect(fetched).toMatchObject({ values: [], position: undefined, behindMs: 0, finished: false })
  api.pageSize = 1
  api.put(shard, 'a', 'b')
  clock.advance(5000)
  expect(await clock.until(reader.fetch())).toMatchObject({ values: ['a'], finished: false })
  expect((await clock.until(reader.fetch())).values).toEqual(['b'])
})

describe('an end of a shard that no shard continues', () => {
  test('is never believed at once: the same place is read again, and nothing is skipped', async () => {
    const { clock, api, reader } = await oneShard()
    const answerOf = api.records.bind(api)
    let wrong = 0
    api.records = async (iterator) => {
      const page = await answerOf(iterator)
      return wrong++ === 1 ? { ...page, records: [], nextIterator: undefined, children: [] } : page
    }
    api.put(shard, 'a')
    expect((await clock.until(reader.fetch())).values).toEqual(['a'])
    api.put(shard, 'b')
    const doubtful = await clock.until(reader.fetch())
    expect(doubtful).toMatchObject({ values: [], finished: false })
    expect(doubtful.behindMs).toBeGreaterThan(0)
    expect(await clock.until(reader.fetch())).toMatchObject({ values: ['b'], finished: false })
  })

  test('is believed when the listing has the children', async () => {
    const { clock, api, source, reader } = await oneShard()
    api.namesChildren = false
    const children = api.split(shard)
    expect(await clock.until(reader.fetch())).toMatchObject({ finished: true })
    expect(source.finished(shard)).toEqual(children)
  })

  test('is an error when it is said again and again', async () => {
    const { clock, api, reader } = await oneShard()
    api.put(shard, 'a')
    for (const child of api.split(shard)) api.shards.delete(child)
    const startedAt = clock.now()
    const read: string[] = []
    const whole = async () => {
      for (let fetch = 0; fetch < 10; fetch++) read.push(...(await reader.fetch()).values)
    }
    await expect(clock.until(whole())).rejects.toMatchObject({ code: 'SHARD_HOLE', where: { shard } })
    expect(read).toEqual(['a'])
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(2000)
  })
})

test('empty answers of a shard that is behind are never taken for caught up, nor do they tell lag that is none', async () => {
  const { clock, api, reader } = await oneShard()
  const answerOf = api.records.bind(api)
  let empty = 5
  api.records = async (iterator) => {
    const page = await answerOf(iterator)
    return empty-- > 0 ? { ...page, records: [], nextIterator: iterator, behindMs: 60_000 } : page
  }
  api.put(shard, 'a')
  for (let answer = 1; answer <= 5; answer++) {
    const fetched = await clock.until(reader.fetch())
    expect(fetched).toMatchObject({ values: [], behindMs: 60_000, finished: false })
  }
  expect(await clock.until(reader.fetch())).toMatchObject({ values: ['a'], behindMs: 0, finished: false })
})

test('an empty answer in place of the last record read is never taken for its loss at once', async () => {
  for (const [empty, outcome] of [
    [2, 'fulfilled'],
    [3, 'rejected'],
  ] as const) {
    const { clock, api, source, reader } = await oneShard()
    api.put(shard, 'before')
    const { position } = await clock.until(reader.fetch())
    const restored = JSON.parse(JSON.stringify(source.snapshot())) as Json
    api.facts = { ...api.facts, retentionMs: 1 }
    clock.advance(10_000)
    const again = await clock.until(openScripted(api, observedContext(clock), 'trim-horizon', { restored }))
    await clock.until(again.discover())
    const resumed = again.read({ id: shard, parents: [] }, position && { after: position.after })
    const answerOf = api.records.bind(api)
    let left: number = empty
    api.records = async (iterator) => {
      const page = await answerOf(iterator)
      return left-- > 0 ? { ...page, records: [], nextIterator: iterator, behindMs: 0 } : page
    }
    for (let look = 1; look <= 2; look++) {
      expect(await clock.until(resumed.fetch())).toMatchObject({ values: [], behindMs: 1, finished: false })
    }
    const [third] = await clock.until(Promise.allSettled([resumed.fetch()]))
    expect(third).toMatchObject({ status: outcome, ...(empty === 3 && { reason: { code: 'DATA_LOST' } }) })
  }
})
