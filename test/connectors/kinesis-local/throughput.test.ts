import { beforeEach, describe, expect, test } from 'vitest'
import { startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { AwsThroughput } from '../../../connectors/kinesis-local/streams/aws-throughput.ts'
import { fail, iteratorOf, succeed } from './raw-call.ts'

const MiB = 2 ** 20

describe('the limits of a shard', () => {
  let now: number
  let shard: AwsThroughput

  beforeEach(() => {
    now = Date.UTC(2026, 0, 1)
    shard = new AwsThroughput()
  })

  test('1,000 records a second', () => {
    for (let record = 0; record < 1000; record++) expect(shard.mayPut(10, now)).toBe(true)
    expect(shard.mayPut(10, now)).toBe(false)
    expect(shard.mayPut(10, now + 1)).toBe(true)
    expect(shard.mayPut(10, now + 1)).toBe(false)
  })

  test('1 MiB a second', () => {
    expect(shard.mayPut(MiB, now)).toBe(true)
    expect(shard.mayPut(1024, now)).toBe(false)
    expect(shard.mayPut(1024, now + 1)).toBe(true)
    expect(shard.mayPut(MiB, now + 500)).toBe(false)
    expect(shard.mayPut(MiB, now + 1500)).toBe(true)
  })

  test('5 reads and 5 iterators a second', () => {
    for (const may of [() => shard.mayGetRecords(now), () => shard.mayGetIterator(now)]) {
      expect([1, 2, 3, 4, 5, 6].map(may)).toEqual([true, true, true, true, true, false])
      now += 200
      expect([may(), may()]).toEqual([true, false])
    }
  })

  test('a call that returned 10 MiB closes the shard for 5 seconds', () => {
    shard.returned(10 * MiB, now)
    expect(shard.mayGetRecords(now + 4999)).toBe(false)
    expect(shard.mayGetRecords(now + 5000)).toBe(true)
  })

  test('a call that finds 2 MiB used up closes the shard for 1 second', () => {
    shard.returned(MiB, now)
    expect(shard.mayGetRecords(now)).toBe(true)
    shard.returned(MiB, now)
    expect(shard.mayGetRecords(now + 900)).toBe(false)
    expect(shard.mayGetRecords(now + 1899)).toBe(false)
    expect(shard.mayGetRecords(now + 1900)).toBe(true)
  })

  test('a clock that goes back gives nothing away', () => {
    for (let record = 0; record < 1000; record++) shard.mayPut(1, now)
    expect(shard.mayPut(1, now - 60_000)).toBe(false)
  })

  test('a clock that goes back blocks nothing for longer than it would have been', () => {
    for (let record = 0; record < 1000; record++) shard.mayPut(1, now)
    shard.returned(2 * MiB, now)
    expect(shard.mayGetRecords(now + 100)).toBe(false)
    now -= 3_600_000
    expect(shard.mayPut(1, now)).toBe(false)
    expect(shard.mayPut(1, now + 1)).toBe(true)
    expect(shard.mayGetRecords(now)).toBe(false)
    expect(shard.mayGetRecords(now + 1000)).toBe(true)
  })

  test("a record of more than a second's worth goes through and is paid off", () => {
    expect(shard.mayPut(5 * MiB, now)).toBe(true)
    expect(shard.mayPut(1, now + 4000)).toBe(false)
    expect(shard.mayPut(1, now + 4001)).toBe(true)
    expect(shard.mayPut(5 * MiB, now + 4001)).toBe(false)
    expect(shard.mayPut(5 * MiB, now + 5100)).toBe(true)
  })
})

describe('a server with limits', () => {
  test('fails the records of a put that are too many, and no others', async () => {
    const kinesis = await startLocalKinesis({ limits: 'aws', clock: { now: () => 1e12 } })
    const { endpoint } = kinesis
    await succeed(endpoint, 'CreateStream', { StreamName: 'orders', ShardCount: 1 })
    const Data = Buffer.alloc(400 * 1024).toString('base64')
    const Records = [1, 2, 3].map(() => ({ Data, PartitionKey: 'k' }))
    const answer = await succeed<{ FailedRecordCount: number; Records: object[] }>(endpoint, 'PutRecords', {
      StreamName: 'orders',
      Records,
    })
    expect(answer.FailedRecordCount).toBe(1)
    expect(answer.Records).toEqual([
      { SequenceNumber: expect.any(String), ShardId: 'shardId-000000000000' },
      { SequenceNumber: expect.any(String), ShardId: 'shardId-000000000000' },
      {
        ErrorCode: 'ProvisionedThroughputExceededException',
        ErrorMessage:
          'Rate exceeded for shard shardId-000000000000 in stream orders under account 000000000000.',
      },
    ])
    const refused = await fail(endpoint, 'PutRecord', { StreamName: 'orders', ...Records[0] })
    expect(refused).toMatchObject({ status: 400, type: 'ProvisionedThroughputExceededException' })
    const ShardIterator = await iteratorOf(endpoint, 'orders', 0)
    for (let call = 0; call < 3; call++) await succeed(endpoint, 'GetRecords', { ShardIterator })
    expect((await fail(endpoint, 'GetRecords', { ShardIterator })).type).toBe(
      'ProvisionedThroughputExceededException',
    )
    await kinesis.close()
  })
})
