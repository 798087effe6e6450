import { describe, expect, test } from 'vitest'
import { ShardPaces } from '../../connectors/kinesis/shard-pace.ts'
import type { ManualClock } from '../connectors/kinesis/manual-clock.ts'
import { oneShard, shard } from '../connectors/kinesis/one-shard.ts'
import { type ScriptedKinesis, serviceFault } from '../connectors/kinesis/scripted-kinesis.ts'
import { observedContext, openScripted } from '../connectors/kinesis/scripted-source.ts'

test('throttling never fails a job, however long', async () => {
  const { clock, api, context, reader } = await oneShard()
  api.put(shard, 'a')
  api.fail('records', serviceFault('ProvisionedThroughputExceededException'), 200)
  api.fail('shardIterator', serviceFault('LimitExceededException'), 5)
  const startedAt = clock.now()
  expect((await clock.until(reader.fetch())).values).toEqual(['a'])
  expect(clock.now() - startedAt).toBeGreaterThan(600_000)
  expect(context.counts.get('throttled')).toBe(205)
  expect(context.warnings.length).toBeLessThan(50)
})

describe('what a shard grants', () => {
  const times = (api: ScriptedKinesis, clock: ManualClock) => {
    const at: number[] = []
    const answer = api.records.bind(api)
    api.records = (iterator) => {
      at.push(clock.now())
      return answer(iterator)
    }
    return at
  }

  test('is never asked for twice by two readers in one process: five calls a second for all of them', async () => {
    const paces = new ShardPaces()
    const { clock, api, reader } = await oneShard({ paces })
    const other = await clock.until(openScripted(api, observedContext(clock), 'trim-horizon', { paces }))
    await clock.until(other.discover())
    other.takeReadable()
    const otherReader = other.read({ id: shard, parents: [] }, undefined)
    api.pageSize = 1
    api.put(shard, ...Array(20).fill('x'))
    const at = times(api, clock)
    for (let i = 0; i < 5; i++) await clock.until(Promise.all([reader.fetch(), otherReader.fetch()]))
    expect(at.length).toBe(10)
    expect(at.at(-1)! - at[0]!).toBe(9 * 200)
  })

  test('is never overdrawn: ten mebibytes are paid for with five seconds', async () => {
    const { clock, api, reader } = await oneShard({ paces: new ShardPaces() })
    api.pageSize = 1
    api.put(shard, 'x'.repeat(10 * 2 ** 20), 'b')
    const at = times(api, clock)
    await clock.until(reader.fetch())
    await clock.until(reader.fetch())
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(4000)
    expect(at[1]! - at[0]!).toBeLessThan(5100)
  })

  test('is never burnt by idle polling: a quiet shard is asked ever less often', async () => {
    const { clock, api, reader } = await oneShard()
    const at = times(api, clock)
    for (let i = 0; i < 6; i++) await clock.until(reader.fetch())
    expect(at.slice(1).map((time, i) => time - at[i]!)).toEqual([200, 400, 800, 1000, 1000])
    api.put(shard, 'a')
    await clock.until(reader.fetch())
    api.put(shard, 'b')
    await clock.until(reader.fetch())
    expect(at.at(-1)! - at.at(-2)!).toBe(50)
  })
})
