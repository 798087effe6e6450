import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import {
  fail,
  iteratorOf,
  put,
  type RawPage,
  type RawShard,
  readAll,
  shardId,
  shardsOf,
  succeed,
  textOf,
} from './raw-call.ts'

const hour = 3_600_000
const last = 2n ** 128n - 1n
const half = 2n ** 127n

describe.each(['in memory', 'on disk'])('resharding, records %s', (where) => {
  const begin = Date.UTC(2026, 0, 1)
  let now: number
  let data: string
  let kinesis: LocalKinesis
  const start = () =>
    startLocalKinesis({ ...(where === 'on disk' ? { data } : {}), clock: { now: () => now } })
  const call = <T = Record<string, unknown>>(operation: string, more: object = {}) =>
    succeed<T>(kinesis.endpoint, operation, { StreamName: 'orders', ...more })
  const refused = (operation: string, more: object) =>
    fail(kinesis.endpoint, operation, { StreamName: 'orders', ...more })
  const create = (ShardCount: number) => call('CreateStream', { ShardCount })
  const split = (shard: number, at: bigint) =>
    call('SplitShard', { ShardToSplit: shardId(shard), NewStartingHashKey: String(at) })
  const merge = (lower: number, upper: number) =>
    call('MergeShards', { ShardToMerge: shardId(lower), AdjacentShardToMerge: shardId(upper) })
  const list = (filter?: object) =>
    shardsOf(kinesis.endpoint, 'orders', filter === undefined ? {} : { ShardFilter: filter })
  const idsOf = (shards: RawShard[]) => shards.map(({ ShardId }) => Number(ShardId.slice(-3)))
  const page = async (iterator: string) => call<RawPage>('GetRecords', { ShardIterator: iterator })
  const texts = async (shard: number) => (await readAll(kinesis.endpoint, 'orders', shard)).map(textOf)

  beforeEach(async () => {
    now = begin
    data = mkdtempSync(join(tmpdir(), 'millrace-kinesis-'))
    kinesis = await start()
  })
  afterEach(async () => {
    await kinesis.close()
    rmSync(data, { recursive: true })
  })

  test('a split closes the parent, and its children share its range', async () => {
    await create(1)
    now += 1500
    await split(0, half)
    const [parent, low, high] = (await list()) as [RawShard, RawShard, RawShard]
    expect(parent).toMatchObject({
      ShardId: shardId(0),
      HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(last) },
    })
    expect(low).toMatchObject({
      ShardId: shardId(1),
      ParentShardId: shardId(0),
      HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(half - 1n) },
    })
    expect(high).toMatchObject({
      ShardId: shardId(2),
      ParentShardId: shardId(0),
      HashKeyRange: { StartingHashKey: String(half), EndingHashKey: String(last) },
    })
    for (const child of [low, high]) {
      expect(child).not.toHaveProperty('AdjacentParentShardId')
      expect(child.SequenceNumberRange).not.toHaveProperty('EndingSequenceNumber')
    }
    const { StreamDescriptionSummary } = await call<{ StreamDescriptionSummary: object }>(
      'DescribeStreamSummary',
    )
    expect(StreamDescriptionSummary).toMatchObject({ OpenShardCount: 2, StreamStatus: 'ACTIVE' })
    const { StreamDescription } = await call<{ StreamDescription: { Shards: RawShard[] } }>('DescribeStream')
    expect(StreamDescription.Shards).toEqual([parent, low, high])
  })

  test('the number that ends a shard has the largest counter, and the time of its end', async () => {
    await create(1)
    now += 1500
    await split(0, half)
    const [{ SequenceNumberRange }] = (await list()) as [RawShard]
    const hex = BigInt(SequenceNumberRange.EndingSequenceNumber!).toString(16)
    const seconds = (ms: number) =>
      Math.floor(ms / 1000)
        .toString(16)
        .padStart(9, '0')
    expect(hex).toBe(`2${seconds(begin)}0${'7'}${'f'.repeat(15)}00${seconds(begin + 1500)}000000002`)
  })

  test('a merge closes two neighbours, and names both as parents', async () => {
    await create(3)
    await merge(1, 2)
    const [, lower, upper, child] = (await list()) as [RawShard, RawShard, RawShard, RawShard]
    expect(child).toMatchObject({
      ShardId: shardId(3),
      ParentShardId: shardId(1),
      AdjacentParentShardId: shardId(2),
      HashKeyRange: {
        StartingHashKey: lower.HashKeyRange.StartingHashKey,
        EndingHashKey: upper.HashKeyRange.EndingHashKey,
      },
    })
  })

  test('every number of a child exceeds every number of its parents, generation after generation within a second', async () => {
    await create(1)
    let parent = 0
    let highest = 0n
    for (let generation = 0; generation < 6; generation += 1) {
      const sent = await put(kinesis.endpoint, 'orders', ['a', 'b'])
      expect(sent.map(({ ShardId }) => ShardId)).toEqual([shardId(parent), shardId(parent)])
      for (const { SequenceNumber } of sent) expect(BigInt(SequenceNumber)).toBeGreaterThan(highest)
      await split(parent, half)
      await merge(parent + 1, parent + 2)
      const shards = await list()
      const numbersOf = (index: number) => shards[index]!.SequenceNumberRange
      for (const ended of [parent, parent + 1, parent + 2]) {
        const end = BigInt(numbersOf(ended).EndingSequenceNumber!)
        expect(end).toBeGreaterThan(highest)
        if (ended === parent) for (const one of sent) expect(end).toBeGreaterThan(BigInt(one.SequenceNumber))
        const child = ended === parent ? parent + 1 : parent + 3
        expect(BigInt(numbersOf(child).StartingSequenceNumber)).toBeGreaterThan(end)
      }
      highest = BigInt(numbersOf(parent + 3).StartingSequenceNumber)
      parent += 3
    }
  })

  test('arrival times never go back from a parent to its child, even if the clock does', async () => {
    await create(1)
    now += 5000
    await put(kinesis.endpoint, 'orders', ['parent'])
    now -= 3000
    await split(0, half)
    await put(kinesis.endpoint, 'orders', ['child'])
    const read = [...(await readAll(kinesis.endpoint, 'orders', 1))]
    read.push(...(await readAll(kinesis.endpoint, 'orders', 2)))
    expect(read.map((record) => record.ApproximateArrivalTimestamp * 1000)).toEqual([begin + 5000])
  })

  test('the last page of a closed shard has no iterator, but all its children', async () => {
    await create(2)
    await put(kinesis.endpoint, 'orders', ['a', 'b', 'c', 'd'])
    const [before, after] = await Promise.all([0, 1].map((shard) => texts(shard)))
    await merge(0, 1)
    for (const shard of [0, 1]) {
      const first = await call<RawPage>('GetRecords', {
        ShardIterator: await iteratorOf(kinesis.endpoint, 'orders', shard),
        Limit: 1,
      })
      expect(first.NextShardIterator).not.toBeNull()
      expect(first).not.toHaveProperty('ChildShards')
      const end = await page(first.NextShardIterator!)
      expect([...first.Records, ...end.Records].map(textOf)).toEqual(shard === 0 ? before : after)
      expect(end).toMatchObject({ NextShardIterator: null, MillisBehindLatest: 0 })
      expect(end.ChildShards).toEqual([
        {
          ShardId: shardId(2),
          ParentShards: [shardId(0), shardId(1)],
          HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(last) },
        },
      ])
    }
  })

  test('an iterator from before the split comes to the end as well', async () => {
    await create(1)
    const iterator = await iteratorOf(kinesis.endpoint, 'orders', 0, { ShardIteratorType: 'LATEST' })
    const open = await page(iterator)
    expect(open.NextShardIterator).not.toBeNull()
    await split(0, half)
    const closed = await page(open.NextShardIterator!)
    expect(closed.NextShardIterator).toBeNull()
    expect(closed.ChildShards?.map(({ ShardId }) => ShardId)).toEqual([shardId(1), shardId(2)])
  })

  test('every kind of iterator works on a closed shard, also one of the number that ends it', async () => {
    await create(1)
    const [one] = await put(kinesis.endpoint, 'orders', ['one', 'two'])
    await split(0, half)
    const [parent] = await list()
    const from = async (more: object) => {
      const { Records, NextShardIterator } = await page(await iteratorOf(kinesis.endpoint, 'orders', 0, more))
      expect(NextShardIterator).toBeNull()
      return Records.map(textOf)
    }
    const end = parent!.SequenceNumberRange.EndingSequenceNumber
    const [at, after] = ['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER']
    expect(await from({ ShardIteratorType: 'TRIM_HORIZON' })).toEqual(['one', 'two'])
    expect(await from({ ShardIteratorType: 'LATEST' })).toEqual([])
    expect(await from({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: now / 1000 })).toEqual(['one', 'two'])
    const number = one!.SequenceNumber
    expect(await from({ ShardIteratorType: at, StartingSequenceNumber: number })).toEqual(['one', 'two'])
    expect(await from({ ShardIteratorType: after, StartingSequenceNumber: number })).toEqual(['two'])
    expect(await from({ ShardIteratorType: at, StartingSequenceNumber: end })).toEqual([])
    expect(await from({ ShardIteratorType: after, StartingSequenceNumber: end })).toEqual([])
  })

  test.each([
    ['one key for the lower child', 1n],
    ['no key for the lower child', 0n],
    ['one key for the upper child', last],
    ['a key that there is not', last + 1n],
  ])('a split point that leaves %s is refused', async (_, at) => {
    await create(1)
    const error = await refused('SplitShard', { ShardToSplit: shardId(0), NewStartingHashKey: String(at) })
    expect(error).toMatchObject({ status: 400, type: 'InvalidArgumentException' })
    expect(error.message).toContain('greater than one plus')
    expect(await list()).toHaveLength(1)
  })

  test.each([2n, last - 1n])('a split point that leaves two keys is taken: %d', async (at) => {
    await create(1)
    await split(0, at)
    expect(await list({ Type: 'AT_LATEST' })).toHaveLength(2)
  })

  test('what is closed, unknown, not adjacent or in the wrong order is refused', async () => {
    await create(3)
    const splitOf = (shard: number) =>
      refused('SplitShard', { ShardToSplit: shardId(shard), NewStartingHashKey: '5' })
    const mergeOf = (a: number, b: number) =>
      refused('MergeShards', { ShardToMerge: shardId(a), AdjacentShardToMerge: shardId(b) })
    const invalid = { status: 400, type: 'InvalidArgumentException' }
    const unknown = { status: 400, type: 'ResourceNotFoundException' }
    expect(await splitOf(7)).toMatchObject(unknown)
    expect(await mergeOf(0, 7)).toMatchObject(unknown)
    expect(await mergeOf(0, 2)).toMatchObject(invalid)
    expect(await mergeOf(1, 0)).toMatchObject(invalid)
    expect(await mergeOf(1, 1)).toMatchObject(invalid)
    await merge(0, 1)
    expect(await splitOf(0)).toMatchObject(invalid)
    expect(await mergeOf(1, 2)).toMatchObject(invalid)
    expect(await list()).toHaveLength(4)
  })

  test('an on-demand stream is resharded by nobody else', async () => {
    await call('CreateStream', { StreamModeDetails: { StreamMode: 'ON_DEMAND' } })
    const refusal = { status: 400, type: 'ValidationException' }
    const at = { ShardToSplit: shardId(0), NewStartingHashKey: '5' }
    const two = { ShardToMerge: shardId(0), AdjacentShardToMerge: shardId(1) }
    const count = { TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' }
    expect(await refused('SplitShard', at)).toMatchObject(refusal)
    expect(await refused('MergeShards', two)).toMatchObject(refusal)
    expect(await refused('UpdateShardCount', count)).toMatchObject(refusal)
  })

  test('each filter lists what it says', async () => {
    await create(2)
    now += hour
    await split(0, 2n ** 126n)
    now += hour
    await merge(3, 1)
    now += hour
    const at = (hours: number) => (begin + hours * hour) / 1000
    const ids = async (Type: string, more: object = {}) => idsOf(await list({ Type, ...more }))
    expect(idsOf(await list())).toEqual([0, 1, 2, 3, 4])
    expect(await ids('FROM_TRIM_HORIZON')).toEqual([0, 1, 2, 3, 4])
    expect(await ids('AFTER_SHARD_ID', { ShardId: shardId(2) })).toEqual([3, 4])
    expect(await ids('AT_LATEST')).toEqual([2, 4])
    expect(await ids('AT_TRIM_HORIZON')).toEqual([0, 1])
    expect(await ids('AT_TIMESTAMP', { Timestamp: at(-5) })).toEqual([0, 1])
    expect(await ids('AT_TIMESTAMP', { Timestamp: at(0.5) })).toEqual([0, 1])
    expect(await ids('AT_TIMESTAMP', { Timestamp: at(1.5) })).toEqual([1, 2, 3])
    expect(await ids('AT_TIMESTAMP', { Timestamp: at(2.5) })).toEqual([2, 4])
    expect(await ids('FROM_TIMESTAMP', { Timestamp: at(0.5) })).toEqual([0, 1, 2, 3, 4])
    expect(await ids('FROM_TIMESTAMP', { Timestamp: at(1.5) })).toEqual([1, 2, 3, 4])
    expect(await ids('FROM_TIMESTAMP', { Timestamp: at(2.5) })).toEqual([2, 4])
    now = begin + 25.5 * hour
    expect(await ids('AT_TRIM_HORIZON')).toEqual([1, 2, 3])
    expect(await ids('AT_TIMESTAMP', { Timestamp: at(0) })).toEqual([1, 2, 3])
  })

  test('the pages of a filtered list go on with the filter', async () => {
    await create(5)
    await split(0, 5n)
    const ShardFilter = { Type: 'AT_LATEST' }
    const shards = await shardsOf(kinesis.endpoint, 'orders', { ShardFilter, MaxResults: 2 })
    expect(idsOf(shards)).toEqual([1, 2, 3, 4, 5, 6].filter((index) => idsOf(shards).includes(index)))
    expect(shards).toHaveLength(6)
  })

  test('a closed shard expires with its last record, and what is left of it with it', async () => {
    await create(1)
    await put(kinesis.endpoint, 'orders', ['parent'])
    now += hour
    await split(0, half)
    await put(kinesis.endpoint, 'orders', ['child'])
    now += 24 * hour
    expect(idsOf(await list())).toEqual([0, 1, 2])
    const iterator = await iteratorOf(kinesis.endpoint, 'orders', 0)
    now += 1
    expect(idsOf(await list())).toEqual([1, 2])
    const [low] = await list()
    expect(low!.ParentShardId).toBe(shardId(0))
    const gone = { status: 400, type: 'ResourceNotFoundException' }
    expect(await refused('GetRecords', { ShardIterator: iterator })).toMatchObject(gone)
    const position = { ShardId: shardId(0), ShardIteratorType: 'TRIM_HORIZON' }
    const error = await refused('GetShardIterator', position)
    expect(error).toMatchObject(gone)
    expect(error.message).toMatch(/^Shard shardId-000000000000 /)
    if (where === 'on disk') {
      const folders = readdirSync(join(data, 'stream-1')).filter((name) => name.startsWith('shard-'))
      expect(folders).toEqual(['shard-1', 'shard-2'])
    }
    await split(1, 2n ** 126n)
    expect(idsOf(await list())).toEqual([1, 2, 3, 4])
  })

  test('a longer retention keeps shards and records longer, but brings none back', async () => {
    await create(1)
    await put(kinesis.endpoint, 'orders', ['old'])
    now += hour
    await put(kinesis.endpoint, 'orders', ['young'])
    await split(0, half)
    now += 23.5 * hour
    await call('IncreaseStreamRetentionPeriod', { RetentionPeriodHours: 48 })
    expect(await texts(0)).toEqual(['young'])
    if (where === 'on disk') {
      await kinesis.close()
      kinesis = await start()
    }
    expect(await texts(0)).toEqual(['young'])
    now += 24.5 * hour
    expect(idsOf(await list())).toEqual([0, 1, 2])
    await call('DecreaseStreamRetentionPeriod', { RetentionPeriodHours: 24 })
    expect(idsOf(await list())).toEqual([1, 2])
    await call('IncreaseStreamRetentionPeriod', { RetentionPeriodHours: 100 })
    expect(idsOf(await list())).toEqual([1, 2])
  })

  test('puts go to the open shards only', async () => {
    await create(2)
    const keys = Array.from({ length: 200 }, (_, index) => `key ${index}`)
    const shardsTaken = async () =>
      new Set((await put(kinesis.endpoint, 'orders', keys)).map(({ ShardId }) => Number(ShardId.slice(-3))))
    expect(await shardsTaken()).toEqual(new Set([0, 1]))
    await split(1, half + half / 2n)
    expect(await shardsTaken()).toEqual(new Set([0, 2, 3]))
    await merge(0, 2)
    expect(await shardsTaken()).toEqual(new Set([3, 4]))
    const open = await list({ Type: 'AT_LATEST' })
    for (const { ShardId, HashKeyRange } of open) {
      for (const ExplicitHashKey of [HashKeyRange.StartingHashKey, HashKeyRange.EndingHashKey]) {
        const record = { Data: btoa('edge'), PartitionKey: 'k', ExplicitHashKey }
        expect(await call('PutRecord', record)).toMatchObject({ ShardId })
      }
    }
  })

  test.each([
    [1, 2],
    [2, 1],
    [2, 3],
    [3, 6],
    [3, 2],
    [4, 4],
    [6, 3],
    [7, 5],
    [10, 15],
    [64, 100],
  ])('UpdateShardCount makes %d shards %d equal ones', async (from, to) => {
    await create(from)
    const answer = await call('UpdateShardCount', { TargetShardCount: to, ScalingType: 'UNIFORM_SCALING' })
    expect(answer).toEqual({
      StreamName: 'orders',
      CurrentShardCount: from,
      TargetShardCount: to,
      StreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/orders',
    })
    const open = await list({ Type: 'AT_LATEST' })
    expect(open).toHaveLength(to)
    const ranges = open
      .map(({ HashKeyRange }) => [BigInt(HashKeyRange.StartingHashKey), BigInt(HashKeyRange.EndingHashKey)])
      .sort(([a], [b]) => (a! < b! ? -1 : 1)) as [bigint, bigint][]
    expect(ranges[0]![0]).toBe(0n)
    expect(ranges.at(-1)![1]).toBe(last)
    for (const [index, [start, end]] of ranges.entries()) {
      if (index > 0) expect(start).toBe(ranges[index - 1]![1] + 1n)
      const off = end - start - 2n ** 128n / BigInt(to)
      expect(off < 2n ** 65n && off > -(2n ** 65n)).toBe(true)
    }
    expectFamily(await list())
  })

  test('UpdateShardCount after other splits leaves equal shards, and no second time anything to do', async () => {
    await create(2)
    await split(0, 12345n)
    await split(1, half + 99n)
    await call('UpdateShardCount', { TargetShardCount: 3, ScalingType: 'UNIFORM_SCALING' })
    expect(await list({ Type: 'AT_LATEST' })).toHaveLength(3)
    const shards = await list()
    expectFamily(shards)
    await call('UpdateShardCount', { TargetShardCount: 3, ScalingType: 'UNIFORM_SCALING' })
    expect(await list()).toEqual(shards)
  })

  test('UpdateShardCount goes neither over double nor below half', async () => {
    await create(3)
    for (const TargetShardCount of [7, 1]) {
      const error = await refused('UpdateShardCount', { TargetShardCount, ScalingType: 'UNIFORM_SCALING' })
      expect(error).toMatchObject({ status: 400, type: 'LimitExceededException' })
      expect(error.message).toContain(`Current open shard count: 3, Target shard count: ${TargetShardCount}`)
    }
    await call('UpdateShardCount', { TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' })
  })

  test('everything is the same after a restart', async () => {
    if (where === 'in memory') return
    await create(2)
    await put(kinesis.endpoint, 'orders', ['a', 'b', 'c'])
    await split(0, 99n)
    await merge(3, 1)
    const sent = await put(kinesis.endpoint, 'orders', ['d', 'e', 'f'])
    const shards = await list()
    const before = await Promise.all(shards.map((_, index) => texts(index)))
    await kinesis.close()
    kinesis = await start()
    expect(await list()).toEqual(shards)
    expect(await Promise.all(shards.map((_, index) => texts(index)))).toEqual(before)
    const more = await put(kinesis.endpoint, 'orders', ['d', 'e', 'f'])
    for (const [index, { ShardId, SequenceNumber }] of more.entries()) {
      expect(ShardId).toBe(sent[index]!.ShardId)
      expect(BigInt(SequenceNumber)).toBeGreaterThan(BigInt(sent[index]!.SequenceNumber))
    }
  })
})

/** A closed shard has children; a child begins with its parents' end, and covers what they did. */
function expectFamily(shards: readonly RawShard[]): void {
  const childrenOf = (id: string) =>
    shards.filter((shard) => shard.ParentShardId === id || shard.AdjacentParentShardId === id)
  for (const shard of shards) {
    const children = childrenOf(shard.ShardId)
    const end = shard.SequenceNumberRange.EndingSequenceNumber
    expect(children.length > 0).toBe(end !== undefined)
    for (const { SequenceNumberRange, HashKeyRange } of children) {
      expect(BigInt(SequenceNumberRange.StartingSequenceNumber)).toBeGreaterThan(BigInt(end!))
      expect(BigInt(HashKeyRange.EndingHashKey)).toBeGreaterThan(BigInt(HashKeyRange.StartingHashKey))
    }
  }
}
