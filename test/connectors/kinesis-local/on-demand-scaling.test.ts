import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import {
  hotBytes,
  type ShardFacts,
  scalingAction,
} from '../../../connectors/kinesis-local/limits/scaling-action.ts'
import { initialRanges } from '../../../connectors/kinesis-local/streams/hash-key.ts'
import { iteratorOf, put, type RawPage, type RawShard, shardsOf, succeed, textOf } from './raw-call.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

describe('what a stream in mode ON_DEMAND should do', () => {
  const shards = (...loads: Partial<ShardFacts>[]): ShardFacts[] =>
    initialRanges(loads.length).map((range, index) => ({
      index,
      range,
      lastWindowBytes: 0,
      quietMs: 0,
      ...loads[index],
    }))
  const hot = (lastWindowBytes: number) => ({ lastWindowBytes })
  const quiet = { quietMs: 30 * dayMs }

  test('split the hottest of the hot shards in the middle', () => {
    const facts = shards(hot(hotBytes + 1), hot(hotBytes + 2), hot(hotBytes), {})
    expect(scalingAction(facts, 10)).toEqual({ kind: 'split', shard: 1, at: `6${'0'.repeat(31)}` })
  })

  test('leave alone what is not hot, and what cannot be split', () => {
    expect(scalingAction(shards(hot(hotBytes), {}, {}, {}), 10)).toBeUndefined()
    expect(scalingAction(shards(hot(hotBytes * 2), {}, {}, {}), 4)).toBeUndefined()
    const narrow = { start: '0'.repeat(32), end: `${'0'.repeat(31)}2` }
    expect(scalingAction(shards({ ...hot(hotBytes * 2), range: narrow }), 10)).toBeUndefined()
  })

  test('merge two neighbours that were quiet for 30 days, down to four', () => {
    expect(scalingAction(shards({}, quiet, quiet, quiet, {}), 10)).toEqual({
      kind: 'merge',
      lower: 1,
      upper: 2,
    })
    expect(scalingAction(shards(quiet, {}, quiet, {}, quiet), 10)).toBeUndefined()
    expect(scalingAction(shards(quiet, quiet, quiet, quiet), 10)).toBeUndefined()
    const almost = { quietMs: 30 * dayMs - 1 }
    expect(scalingAction(shards(almost, almost, almost, almost, almost), 10)).toBeUndefined()
  })

  test('never merge while a shard is hot, and never the same shard twice', () => {
    const load = fc.record({
      lastWindowBytes: fc.nat(hotBytes * 2),
      quietMs: fc.nat(60 * dayMs),
    })
    fc.assert(
      fc.property(fc.array(load, { minLength: 1, maxLength: 12 }), (loads) => {
        const action = scalingAction(shards(...loads), 100)
        const isHot = loads.some(({ lastWindowBytes }) => lastWindowBytes > hotBytes)
        if (isHot) expect(action?.kind).toBe('split')
        if (action?.kind !== 'merge') return
        expect(loads.length).toBeGreaterThan(4)
        expect(action.upper).toBe(action.lower + 1)
      }),
    )
  })
})

describe('a stream in mode ON_DEMAND', () => {
  const StreamName = 'elastic'
  let now: number
  let kinesis: LocalKinesis
  const start = (limits: 'aws' | 'none') => startLocalKinesis({ limits, clock: { now: () => now } })
  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1)
    kinesis = await start('aws')
    await create(kinesis)
  })
  afterEach(() => kinesis.close())

  const create = ({ endpoint }: LocalKinesis) =>
    succeed(endpoint, 'CreateStream', { StreamName, StreamModeDetails: { StreamMode: 'ON_DEMAND' } })
  const isOpen = ({ SequenceNumberRange }: RawShard) => SequenceNumberRange.EndingSequenceNumber === undefined
  const open = async (server = kinesis) => (await shardsOf(server.endpoint, StreamName)).filter(isOpen)

  /** So many minutes of a record of 600 KiB a second to one key. */
  async function load(minutes: number, server = kinesis): Promise<void> {
    const Data = Buffer.alloc(600 * 1024).toString('base64')
    for (let second = 0; second < minutes * 60; second++) {
      await succeed(server.endpoint, 'PutRecord', { StreamName, Data, PartitionKey: 'hot' })
      now += 1000
    }
  }

  /** All records of a shard, read at the pace that the service allows. */
  async function textsOf(shard: number): Promise<string[]> {
    const texts: string[] = []
    let ShardIterator: string | null = await iteratorOf(kinesis.endpoint, StreamName, shard)
    for (let behind = true; behind && ShardIterator !== null; now += 6000) {
      const page: RawPage = await succeed(kinesis.endpoint, 'GetRecords', { ShardIterator })
      texts.push(...page.Records.map(textOf))
      behind = page.MillisBehindLatest > 0
      ShardIterator = page.NextShardIterator
    }
    return texts
  }

  test('splits its hot shard after a minute of load, and the half that stays hot after another', async () => {
    await load(1)
    expect(await open()).toHaveLength(4)
    await load(0.1)
    expect(await open()).toHaveLength(5)
    await load(0.8)
    expect(await open()).toHaveLength(5)
    await load(0.2)
    const shards = await shardsOf(kinesis.endpoint, StreamName)
    expect(shards.filter(isOpen)).toHaveLength(6)
    const closed = shards.filter((shard) => !isOpen(shard))
    expect(closed[1]!.ParentShardId).toBe(closed[0]!.ShardId)
  })

  test('loses nothing by it, and forgets its load when it ends', async () => {
    await load(1.1)
    await put(kinesis.endpoint, StreamName, ['last'], () => 'hot')
    const shards = await shardsOf(kinesis.endpoint, StreamName)
    const all: string[] = []
    for (const [shard] of shards.entries()) all.push(...(await textsOf(shard)))
    expect(all).toHaveLength(Math.ceil(1.1 * 60) + 1)
    expect(all.filter((text) => text === 'last')).toHaveLength(1)
    now += 10 * minuteMs
    await put(kinesis.endpoint, StreamName, ['much later'])
    expect(await open()).toHaveLength(5)
  })

  test('merges what has been quiet for 30 days, one pair at a time, until four are left', async () => {
    const input = { StreamName: 'quiet', ShardCount: 7 }
    await succeed(kinesis.endpoint, 'CreateStream', input)
    const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/quiet'
    await succeed(kinesis.endpoint, 'UpdateStreamMode', {
      StreamARN,
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
    })
    const tick = () => put(kinesis.endpoint, 'quiet', ['tick'])
    const left = async () => (await shardsOf(kinesis.endpoint, 'quiet')).filter(isOpen).length
    await tick()
    now += 30 * dayMs - 1
    await tick()
    expect(await left()).toBe(7)
    const counts: number[] = []
    for (let look = 0; look < 3; look++) {
      now += 1000
      await tick()
      counts.push(await left())
    }
    now += 60 * dayMs
    for (let look = 0; look < 3; look++) {
      now += 1000
      await tick()
      counts.push(await left())
    }
    expect(counts).toEqual([6, 5, 4, 4, 4, 4])
  })

  test('stays as it is without limits', async () => {
    const free = await start('none')
    await create(free)
    await load(1.1, free)
    expect(await open(free)).toHaveLength(4)
    await free.close()
  })
})
