import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Delivery } from '../../../../connectors/kinesis/sink/delivery.ts'
import { OpenShards } from '../../../../connectors/kinesis/sink/open-shards.ts'
import { outgoing } from '../../../../connectors/kinesis/sink/outgoing-record.ts'
import type { QueueRules } from '../../../../connectors/kinesis/sink/shard-queue.ts'
import { MillraceError } from '../../../../src/errors.ts'
import { ManualClock } from '../manual-clock.ts'
import { networkFault } from '../scripted-kinesis.ts'
import { ScriptedStream } from './scripted-stream.ts'

const throttled = 'ProvisionedThroughputExceededException'
const plain: QueueRules = { aggregates: false, ordered: true, paced: false }

/** Key and number: `k3 17`. */
const recordOf = (text: string, more: object = {}) =>
  outgoing({ data: Buffer.from(text), partitionKey: text.split(' ')[0]!, ...more })
const numbered = (count: number, keys = 10, from = 0) =>
  Array.from({ length: count }, (_, n) => `k${(from + n) % keys} ${from + n}`)

function delivering(stream: ScriptedStream, rules: Partial<QueueRules> = {}, random = () => 0.5) {
  const clock = new ManualClock()
  const retries: string[] = []
  const arrived: string[] = []
  let astray = 0
  const delivery = new Delivery({
    api: stream,
    listShards: async () => new OpenShards((await stream.listShards()).shards),
    shards: new OpenShards(stream.listed ?? stream.open),
    placedByHashKey: stream.stream.placedByHashKey,
    rules: { ...plain, ...rules },
    clock,
    random,
    signal: new AbortController().signal,
    onRetry: ({ reason }) => retries.push(reason),
    onArrived: ({ data }) => arrived.push(Buffer.from(data).toString()),
    onAstray: (records) => {
      astray += records
    },
    failure: (error) =>
      error instanceof MillraceError
        ? error
        : new MillraceError('SINK_FAILED', String(error), { cause: error }),
  })
  const deliver = (texts: readonly string[]) =>
    clock.until(delivery.deliver(texts.map((text) => recordOf(text))))
  return { clock, delivery, deliver, retries, arrived, astray: () => astray }
}

const textsOf = (stream: ScriptedStream) => stream.consumed().map(({ text }) => text)

/** The records of each key as a consumer sees them first. */
function firstSeen(stream: ScriptedStream): Map<string, number[]> {
  const keys = new Map<string, number[]>()
  for (const text of new Set(textsOf(stream))) {
    const [key, n] = text.split(' ')
    keys.set(key!, [...(keys.get(key!) ?? []), Number(n)])
  }
  return keys
}

describe('a delivery', () => {
  test('fills calls up to 500 records, and up to 10 MiB', async () => {
    const stream = new ScriptedStream()
    const { deliver, clock, delivery } = delivering(stream)
    await deliver(numbered(1200, 1200))
    expect(stream.calls.map(({ length }) => length)).toEqual([500, 500, 200])
    const large = Array.from({ length: 25 }, (_, n) => ({
      ...recordOf(`k${n} x`),
      data: Buffer.alloc(2 ** 20 - 10),
    }))
    await clock.until(delivery.deliver(large))
    expect(stream.calls.slice(3).map(({ length }) => length)).toEqual([10, 10, 5])
    expect(textsOf(stream)).toHaveLength(1225)
  })

  test('fills calls up to 10 MiB with aggregated records too, keys and frames counted', async () => {
    const stream = new ScriptedStream()
    const { deliver } = delivering(stream, { aggregates: true, ordered: false })
    const texts = numbered(90_000, 90_000).map((text) => text.padEnd(200, '.'))
    await deliver(texts)
    const sizeOf = (call: (typeof stream.calls)[number]) =>
      call.reduce((sum, { data }) => sum + data.length + 1, 0)
    expect(stream.calls).toHaveLength(2)
    expect(sizeOf(stream.calls[0]!)).toBeGreaterThan(10.4 * 1e6)
    expect(new Set(textsOf(stream)).size).toBe(90_000)
  })

  test('puts a record alone as it is, several in one of up to 50 KiB when it aggregates', async () => {
    const stream = new ScriptedStream(2)
    const { deliver } = delivering(stream, { aggregates: true })
    await deliver(['k1 alone'])
    expect(stream.calls[0]).toMatchObject([{ partitionKey: 'k1', explicitHashKey: undefined }])
    const texts = numbered(5000).map((text) => text.padEnd(100, '.'))
    await deliver(texts)
    expect(textsOf(stream).sort()).toEqual(['k1 alone', ...texts].sort())
    const sizes = stream.calls.flat().map(({ data }) => data.length)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(51_200)
    expect(sizes.filter((size) => size > 40_000).length).toBeGreaterThan(5)
    expect(stream.calls.at(-1)).toMatchObject([{ partitionKey: 'a' }])
  })

  test('sends again what was refused and nothing else, after a pause that grows', async () => {
    const stream = new ScriptedStream()
    const { deliver, clock, retries, arrived } = delivering(stream)
    let left = 3
    stream.faults = {
      refuse: ({ partitionKey }) => (partitionKey === 'k1' && left-- > 0 ? throttled : undefined),
    }
    const startedAt = clock.now()
    await deliver(['k0 0', 'k1 1', 'k2 2'])
    expect(stream.calls.map((call) => call.map(({ partitionKey }) => partitionKey))).toEqual([
      ['k0', 'k1', 'k2'],
      ['k1'],
      ['k1'],
      ['k1'],
    ])
    expect(retries).toEqual([throttled, throttled, throttled])
    expect(clock.now() - startedAt).toBe(100 + 200 + 400)
    expect(arrived.sort()).toEqual(['k0 0', 'k1 1', 'k2 2'])
  })

  test('does not hold up other shards while one is throttled', async () => {
    const stream = new ScriptedStream(2)
    const [, high] = stream.shards
    const { delivery, arrived, clock } = delivering(stream)
    let open = false
    const inHigh = new OpenShards(stream.open)
    const texts = numbered(200, 200)
    const isHigh = (text: string) => inHigh.shardOf(recordOf(text).hashKey) === high!.id
    stream.faults = {
      refuse: ({ data }) => (!open && isHigh(Buffer.from(data).toString()) ? throttled : undefined),
    }
    const all = delivery.deliver(texts.map((text) => recordOf(text)))
    await clock.until(clock.sleep(2000))
    expect(arrived.sort()).toEqual(texts.filter((text) => !isHigh(text)).sort())
    open = true
    await clock.until(all)
    expect(textsOf(stream).sort()).toEqual(texts.sort())
  })

  test('keeps a shard within 1 MiB and 1,000 records a second when it is paced', async () => {
    const stream = new ScriptedStream(2)
    const { deliver, clock } = delivering(stream, { paced: true, ordered: false })
    const startedAt = clock.now()
    await deliver(numbered(10_000, 10_000))
    const seconds = (clock.now() - startedAt) / 1000
    // 5,000 a shard, of which the first 1,000 and up to a call more go at once.
    expect(seconds).toBeGreaterThan(2.5)
    expect(seconds).toBeLessThan(6)
  })

  test('gives up a shard that takes nothing for two minutes, and says which and why', async () => {
    const stream = new ScriptedStream()
    const { deliver, delivery } = delivering(stream)
    stream.faults = { refuse: ({ partitionKey }) => (partitionKey === 'k1' ? 'InternalFailure' : undefined) }
    const failure = await deliver(['k0 0', 'k1 1']).then(
      () => expect.unreachable(),
      (error) => error,
    )
    expect(failure).toMatchObject({ code: 'SINK_FAILED', where: { shard: 'shardId-000000000000' } })
    expect(failure.happened).toMatch(/for 1\d\d s: InternalFailure \(no\)/)
    await expect(delivery.deliver([recordOf('k0 2')])).rejects.toBe(failure)
    expect(delivery.failure).toBe(failure)
  })

  test('goes on as long as some of a shard get through', async () => {
    const stream = new ScriptedStream()
    const { deliver } = delivering(stream)
    let n = 0
    stream.faults = { refuse: () => (n++ % 10 === 9 ? undefined : throttled) }
    await deliver(numbered(50, 1))
    expect(textsOf(stream)).toEqual(numbered(50, 1))
  })

  test('makes the call again when there was no answer, and gives up after two minutes without any', async () => {
    const stream = new ScriptedStream()
    const { deliver } = delivering(stream)
    stream.faults = {
      after: (call) => {
        if (call === 1) throw networkFault('ECONNRESET')
      },
    }
    await deliver(['k0 0'])
    expect(textsOf(stream)).toEqual(['k0 0', 'k0 0'])
    stream.faults = {
      before: () => {
        throw networkFault('ECONNREFUSED')
      },
    }
    await expect(deliver(['k0 1'])).rejects.toThrow('no answer')
  })

  test('rejects what it has not delivered when it is ended', async () => {
    const stream = new ScriptedStream()
    const { delivery } = delivering(stream)
    stream.faults = { refuse: () => throttled }
    const all = delivery.deliver([recordOf('k0 0')])
    const reason = new MillraceError('SINK_FAILED', 'closed')
    delivery.end(reason)
    await expect(all).rejects.toBe(reason)
    await expect(delivery.deliver([recordOf('k0 1')])).rejects.toBe(reason)
  })
})

describe('a delivery to a stream that is resharded', () => {
  test('lists the shards when an answer names another one, and puts again what readers discard', async () => {
    const stream = new ScriptedStream()
    const { deliver, astray } = delivering(stream, { aggregates: true })
    stream.split(stream.open[0]!)
    await deliver(numbered(100))
    expect(astray()).toBe(100)
    expect(stream.listings).toBe(1)
    expect(textsOf(stream).sort()).toEqual(numbered(100).sort())
  })

  test('leaves an aggregated record that all readers accept where it is', async () => {
    const stream = new ScriptedStream(2)
    const { deliver, astray } = delivering(stream, { aggregates: true })
    stream.merge(stream.open[0]!, stream.open[1]!)
    await deliver(numbered(100))
    expect(astray()).toBe(0)
    expect(stream.calls).toHaveLength(1)
    expect(textsOf(stream).sort()).toEqual(numbered(100).sort())
  })

  test('does not trust a listing that is behind, and asks again a second later', async () => {
    const stream = new ScriptedStream()
    const { delivery, clock } = delivering(stream, { aggregates: true })
    stream.listed = [...stream.open]
    stream.split(stream.open[0]!)
    const all = delivery.deliver(numbered(20).map((text) => recordOf(text)))
    await clock.until(clock.sleep(2500))
    expect(stream.listings).toBe(3)
    stream.listed = undefined
    await clock.until(all)
    expect(textsOf(stream).sort()).toEqual(numbered(20).sort())
  })

  test('knows that readers discard what it put into a shard beside a hole of the listing', async () => {
    const stream = new ScriptedStream(4)
    stream.listed = stream.open.filter((_, index) => index !== 2)
    const { delivery, clock } = delivering(stream, { aggregates: true })
    // An aggregated record goes where its first user record belongs: here beside the hole.
    const records = numbered(100, 40).map((text) => recordOf(text))
    const all = delivery.deliver(records.toSorted((a, b) => (a.hashKey < b.hashKey ? -1 : 1)))
    await clock.until(clock.sleep(2500))
    expect(new Set(textsOf(stream)).size).toBeLessThan(100)
    stream.listed = undefined
    await clock.until(all)
    expect(textsOf(stream).sort()).toEqual(numbered(100, 40).sort())
  })

  test('fails when records never go to a shard that is listed', async () => {
    const stream = new ScriptedStream()
    const { deliver } = delivering(stream, { aggregates: true })
    stream.listed = [...stream.open]
    stream.split(stream.open[0]!)
    await expect(deliver(numbered(20))).rejects.toMatchObject({ code: 'SINK_FAILED' })
  })

  test('takes no notice of shards where the stream places records by itself', async () => {
    const stream = new ScriptedStream()
    stream.stream = { ...stream.stream, placedByHashKey: false }
    const { deliver } = delivering(stream)
    stream.split(stream.open[0]!)
    await deliver(numbered(100))
    expect(stream.listings).toBe(0)
  })
})

/** What may happen at each call. */
const events = fc.constantFrom(
  'well',
  'well',
  'refuse some',
  'refuse all',
  'lost before',
  'lost after',
  'reshard',
)

describe('whatever is refused, lost and resharded', () => {
  const trial = async (aggregates: boolean, ordered: boolean, plan: readonly string[], seed: number) => {
    let n = seed
    const random = () => {
      n = (n * 1_103_515_245 + 12_345) % 2 ** 31
      return n / 2 ** 31
    }
    const stream = new ScriptedStream(1 + (seed % 4))
    const { delivery, clock, arrived } = delivering(stream, { aggregates, ordered }, random)
    const event = (call: number) => plan[call - 1]
    stream.faults = {
      before: (call) => {
        if (event(call) === 'reshard') stream.reshard(Math.floor(random() * 100))
        if (event(call) === 'lost before') throw networkFault('ECONNREFUSED')
      },
      refuse: (_, call) => {
        if (event(call) === 'refuse all') return throttled
        return event(call) === 'refuse some' && random() < 0.5 ? 'InternalFailure' : undefined
      },
      after: (call) => {
        if (event(call) === 'lost after') throw networkFault('ECONNRESET')
      },
    }
    const deliveries: Promise<void>[] = []
    for (let from = 0; from < 300; from += 60)
      deliveries.push(delivery.deliver(numbered(60, 7, from).map((text) => recordOf(text))))
    await clock.until(Promise.all(deliveries))
    expect([...new Set(textsOf(stream))].sort()).toEqual(numbered(300, 7).sort())
    expect(arrived.sort()).toEqual(numbered(300, 7).sort())
    return stream
  }

  test('every record arrives where a consumer accepts it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(events, { maxLength: 40 }),
        fc.nat(10_000),
        async (aggregates, plan, seed) => {
          await trial(aggregates, false, plan, seed)
        },
      ),
      { numRuns: 60 },
    )
  }, 240_000)

  test('the records of a key are first seen in their order when that is asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(events, { maxLength: 40 }),
        fc.nat(10_000),
        async (aggregates, plan, seed) => {
          const stream = await trial(aggregates, true, plan, seed)
          for (const numbers of firstSeen(stream).values())
            expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
        },
      ),
      { numRuns: 60 },
    )
  }, 240_000)
})
