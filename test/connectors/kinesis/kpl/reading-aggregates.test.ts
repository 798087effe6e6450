import { describe, expect, test } from 'vitest'
import type { Aggregation } from '../../../../connectors/kinesis/kpl/aggregation.ts'
import type { Json } from '../../../../src/contract/json.ts'
import type { Fetched } from '../../../../src/contract/source.ts'
import { ManualClock } from '../manual-clock.ts'
import { ScriptedKinesis } from '../scripted-kinesis.ts'
import { observedContext, openScripted } from '../scripted-source.ts'
import { aggregated } from './encoder.ts'

const shard = 'shardId-000000000000'
const day = 24 * 3_600_000

interface Options {
  readonly aggregation?: Aggregation
  readonly recordsPerFetch?: number
  readonly decode?: (text: string) => string
  readonly after?: string | undefined
  readonly restored?: Json
}

function stream(shards = 1) {
  const clock = new ManualClock()
  const api = new ScriptedKinesis(clock, shards)
  const open = async ({ after, ...options }: Options = {}, id = shard) => {
    const context = observedContext(clock)
    const source = await clock.until(openScripted(api, context, 'trim-horizon', options))
    await clock.until(source.discover())
    source.takeReadable()
    const reader = source.read({ id, parents: [] }, after === undefined ? undefined : { after })
    return { context, source, fetch: () => clock.until(reader.fetch()) }
  }
  return { clock, api, open }
}

/** Texts that all have one hash key. */
function of(texts: string | readonly string[], explicitHashKey = '0'): Buffer {
  return aggregated(
    [...texts].map((text) => ({ partitionKey: 'k', explicitHashKey, data: Buffer.from(text) })),
  )
}

function positions({ values, positionOf }: Fetched<string>): string[] {
  return values.map((_, i) => positionOf(i))
}

function iterators(api: ScriptedKinesis): unknown[] {
  const calls = api.calls.filter((call) => call.startsWith('shardIterator'))
  return calls.map((call) => JSON.parse(call.slice(call.indexOf('{'))))
}

describe('the records of an aggregate', () => {
  test('come in their order among others, with its arrival time and their places', async () => {
    const { clock, api, open } = stream()
    const [before] = api.put(shard, 'before')
    clock.advance(1000)
    const { sequenceNumber, arrivalTime } = api.putBytes(shard, of('abc'), 'a')
    clock.advance(1000)
    const [after] = api.put(shard, 'after')
    const fetched = await (await open()).fetch()
    expect(fetched.values).toEqual(['before', 'a', 'b', 'c', 'after'])
    expect(positions(fetched)).toEqual([
      `${before!.sequenceNumber}:0`,
      `${sequenceNumber}:0+`,
      `${sequenceNumber}:1+`,
      `${sequenceNumber}:2`,
      `${after!.sequenceNumber}:0`,
    ])
    expect(fetched.arrivalTimes.slice(1, 4)).toEqual([arrivalTime, arrivalTime, arrivalTime])
    expect(fetched.position).toEqual({ after: `${after!.sequenceNumber}:0` })
  })

  test('need no partition key around them', async () => {
    const { api, open } = stream()
    api.putBytes(shard, Buffer.from('plain'))
    api.putBytes(shard, of('ab'))
    expect((await (await open()).fetch()).values).toEqual(['plain', 'a', 'b'])
  })

  test('stay together if the source is told so', async () => {
    const { api, open } = stream()
    const data = of('ab')
    const { sequenceNumber } = api.putBytes(shard, data)
    const fetched = await (await open({ aggregation: 'none' })).fetch()
    expect(fetched.values).toEqual([data.toString()])
    expect(fetched.position).toEqual({ after: `${sequenceNumber}:0` })
  })

  test('an empty aggregate brings nothing, and the position passes it', async () => {
    const { api, open } = stream()
    const { sequenceNumber } = api.putBytes(shard, aggregated([], { unknown: Buffer.from('2800', 'hex') }))
    expect(await (await open()).fetch()).toMatchObject({
      values: [],
      position: { after: `${sequenceNumber}:0` },
    })
  })

  test('that cannot be decoded stand apart, each with its place', async () => {
    const { api, open } = stream()
    const decode = (text: string) => {
      if (text === '!') throw new Error('no')
      return text
    }
    const { sequenceNumber } = api.putBytes(shard, of('!bc!ef!'))
    const fetched = await (await open({ decode })).fetch()
    expect(fetched.values).toEqual(['b', 'c', 'e', 'f'])
    expect(positions(fetched)).toEqual([1, 2, 4, 5].map((place) => `${sequenceNumber}:${place}+`))
    expect(fetched.undecodable.map(({ position, before, data }) => [position, before, String(data)])).toEqual(
      [
        [`${sequenceNumber}:0+`, 0, '33'],
        [`${sequenceNumber}:3+`, 2, '33'],
        [`${sequenceNumber}:6`, 4, '33'],
      ],
    )
    expect(fetched.position).toEqual({ after: `${sequenceNumber}:6` })
  })
})

describe('portions', () => {
  test('cut an aggregate anywhere, and only the last is caught up, or the end', async () => {
    const { api, open } = stream()
    const size = 5
    api.put(shard, 'x')
    const { sequenceNumber } = api.putBytes(shard, of('abcdefg'))
    const [last] = api.put(shard, 'y')
    api.split(shard)
    const { fetch, source } = await open({ recordsPerFetch: size })
    const first = await fetch()
    expect(first).toMatchObject({ behindMs: 1, finished: false, position: { after: `${sequenceNumber}:3+` } })
    const second = await fetch()
    expect(second).toMatchObject({
      behindMs: 0,
      finished: true,
      position: { after: `${last!.sequenceNumber}:0` },
    })
    expect([...first.values, ...second.values].join('')).toBe('xabcdefgy')
    expect(first.sizeBytes + second.sizeBytes).toBe(2 + of('abcdefg').length)
    expect(first.sizeBytes).toBeGreaterThan(0)
    expect([first.restBytes, second.restBytes]).toEqual([second.sizeBytes, 0])
    expect(api.calls.filter((call) => call.startsWith('records'))).toHaveLength(1)
    expect(source.finished(shard)).toHaveLength(2)
  })

  test('of ten thousand records: a page that GetRecords gives is never cut, a large aggregate is', async () => {
    const { api, open } = stream()
    api.pageSize = 10_000
    api.put(shard, ...Array(9_999).fill('x'))
    const { sequenceNumber } = api.putBytes(shard, of('y'.repeat(25_000)))
    const { fetch } = await open()
    const fetched = [await fetch(), await fetch(), await fetch()]
    expect(fetched.map(({ values }) => values.length)).toEqual([10_000, 10_000, 10_000])
    expect((await fetch()).position).toEqual({ after: `${sequenceNumber}:24999` })
    const plain = stream()
    plain.api.pageSize = 10_000
    plain.api.put(shard, ...Array(10_000).fill('x'))
    expect((await (await plain.open()).fetch()).behindMs).toBe(0)
  })
})

describe('reading on', () => {
  test.each([1, 2, 3, 4, 7, 8, 100])(
    'after a portion of %i: nothing is lost, nothing repeats',
    async (size) => {
      const { api, open } = stream()
      const put = ['x', 'abc', 'y', '', 'defghij', 'z']
      for (const texts of put) {
        if (texts.length === 1) api.put(shard, texts)
        else
          api.putBytes(
            shard,
            texts === '' ? aggregated([], { unknown: Buffer.from('2800', 'hex') }) : of(texts),
          )
      }
      const read: string[] = []
      let after: string | undefined
      for (;;) {
        const { fetch } = await open({ recordsPerFetch: size, after })
        const { values, position, behindMs } = await fetch()
        read.push(...values)
        after = position?.after
        if (behindMs === 0) break
      }
      expect(read.join('')).toBe(put.join(''))
    },
  )

  test('in an aggregate asks for it again; after its last record, for what follows', async () => {
    const { api, open } = stream()
    const { sequenceNumber } = api.putBytes(shard, of('abcd'))
    const within = await open({ after: `${sequenceNumber}:1+` })
    expect((await within.fetch()).values).toEqual(['c', 'd'])
    expect(iterators(api).at(-1)).toEqual({ kind: 'at', sequenceNumber })
    const behind = await open({ after: `${sequenceNumber}:3` })
    expect((await behind.fetch()).values).toEqual([])
    expect(iterators(api).at(-1)).toEqual({ kind: 'after', sequenceNumber })
  })

  test('from a position of a version that did not open aggregates repeats nothing', async () => {
    const { api, open } = stream()
    const { sequenceNumber } = api.putBytes(shard, of('abcd'))
    api.put(shard, 'x')
    expect((await (await open({ after: `${sequenceNumber}:0` })).fetch()).values).toEqual(['x'])
  })

  test('finishes an aggregate that was begun, whatever the option says now', async () => {
    const { api, open } = stream()
    const { sequenceNumber } = api.putBytes(shard, of('abcd'))
    const later = of('ef')
    api.putBytes(shard, later)
    const { fetch } = await open({ after: `${sequenceNumber}:1+`, aggregation: 'none' })
    expect((await fetch()).values).toEqual(['c', 'd', later.toString()])
  })

  test('in an aggregate that has expired is lost data', async () => {
    const { clock, api, open } = stream()
    const { sequenceNumber } = api.putBytes(shard, of('abcd'))
    const { fetch, source } = await open({ recordsPerFetch: 2 })
    expect((await fetch()).values).toEqual(['a', 'b'])
    const restored = JSON.parse(JSON.stringify(source.snapshot())) as Json
    clock.advance(2 * day)
    api.trim(clock.now() - day)
    api.put(shard, 'x')
    const again = await open({ after: `${sequenceNumber}:1+`, restored })
    await expect(again.fetch()).rejects.toMatchObject({ code: 'DATA_LOST', where: { sequenceNumber } })
  })

  test('when the iterator has expired between two portions', async () => {
    const { clock, api, open } = stream()
    api.putBytes(shard, of('abcd'))
    const { fetch } = await open({ recordsPerFetch: 3 })
    expect((await fetch()).values).toEqual(['a', 'b', 'c'])
    clock.advance(600_000)
    api.put(shard, 'x')
    expect((await fetch()).values).toEqual(['d'])
    expect((await fetch()).values).toEqual(['x'])
  })
})

describe('an aggregate with a record that belongs to another shard', () => {
  const half = String(2n ** 127n)
  const lower = String(2n ** 127n - 1n)
  const stray = (...hashKeys: string[]) =>
    aggregated(
      hashKeys.map((explicitHashKey) => ({ partitionKey: 'k', explicitHashKey, data: Buffer.from('stray') })),
    )

  test('is discarded as a whole, counted, and said once', async () => {
    const { api, open } = stream(2)
    api.putBytes(shard, stray('0', lower, half, '0'))
    api.putBytes(shard, of('ab', lower))
    const { sequenceNumber } = api.putBytes(shard, stray(half))
    const { fetch, context } = await open()
    expect(await fetch()).toMatchObject({
      values: ['a', 'b'],
      undecodable: [],
      position: { after: `${sequenceNumber}:0` },
    })
    expect(context.counts.get('aggregatesDiscarded')).toBe(2)
    expect(context.warnings).toHaveLength(1)
  })

  test('goes by the hash of the partition key where no hash key is explicit', async () => {
    const { api, open } = stream(2)
    const [first, second] = [shard, 'shardId-000000000001']
    // Their MD5 begin with 0c and 92.
    const [inFirst, inSecond] = ['a', 'b'].map((partitionKey) => ({
      partitionKey,
      data: Buffer.from(partitionKey),
    }))
    for (const id of [first, second]) {
      for (const records of [[inFirst!], [inSecond!], [inFirst!, inSecond!]])
        api.putBytes(id, aggregated(records))
    }
    expect((await (await open({}, first)).fetch()).values).toEqual(['a'])
    expect((await (await open({}, second)).fetch()).values).toEqual(['b'])
  })

  test('is opened where Kinesis places records as it sees fit: there no shard is the wrong one', async () => {
    const { api, open } = stream(2)
    api.facts = { ...api.facts, placedByHashKey: false }
    api.putBytes(shard, stray('0', half))
    const { fetch, context } = await open()
    expect((await fetch()).values).toEqual(['stray', 'stray'])
    expect(context.counts.size).toBe(0)
  })

  test('is no concern of a source that opens none', async () => {
    const { api, open } = stream(2)
    api.putBytes(shard, stray(half))
    expect((await (await open({ aggregation: 'none' })).fetch()).values).toHaveLength(1)
  })
})
