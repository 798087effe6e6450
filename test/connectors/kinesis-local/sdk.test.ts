import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  KinesisClient,
  ListChannelsCommand,
  ListShardsCommand,
  ListStreamsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-kinesis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'

const start = Date.UTC(2026, 0, 1)
const shard0 = 'shardId-000000000000'

describe.each(['in memory', 'on disk'])('the unchanged AWS SDK over HTTP/2, records %s', (where) => {
  let folder: string
  let now: number
  let kinesis: LocalKinesis
  let client: KinesisClient

  beforeEach(async () => {
    now = start
    folder = mkdtempSync(join(tmpdir(), 'millrace-kinesis-'))
    kinesis = await startLocalKinesis({
      ...(where === 'on disk' ? { data: folder } : {}),
      clock: { now: () => now },
    })
    client = new KinesisClient({
      endpoint: kinesis.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    })
    await client.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 1 }))
  })

  afterEach(async () => {
    client.destroy()
    await kinesis.close()
    rmSync(folder, { recursive: true })
  })

  const put = async (text: string) => {
    const input = { StreamName: 'orders', Data: Buffer.from(text), PartitionKey: 'k' }
    return (await client.send(new PutRecordCommand(input))).SequenceNumber!
  }
  const read = async (
    position: Omit<GetShardIteratorCommandInput, 'ShardId'>,
  ): Promise<GetRecordsCommandOutput> => {
    const at = await client.send(
      new GetShardIteratorCommand({ StreamName: 'orders', ShardId: shard0, ...position }),
    )
    return client.send(new GetRecordsCommand({ ShardIterator: at.ShardIterator }))
  }
  const texts = ({ Records }: GetRecordsCommandOutput) =>
    Records!.map(({ Data }) => Buffer.from(Data!).toString())

  test('a stream is active at once and described in full', async () => {
    const { StreamDescriptionSummary: summary } = await client.send(
      new DescribeStreamSummaryCommand({ StreamName: 'orders' }),
    )
    expect(summary).toMatchObject({
      StreamName: 'orders',
      StreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/orders',
      StreamStatus: 'ACTIVE',
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      RetentionPeriodHours: 24,
      StreamCreationTimestamp: new Date(start),
      OpenShardCount: 1,
    })
    const { StreamDescription: whole } = await client.send(
      new DescribeStreamCommand({ StreamName: 'orders' }),
    )
    expect(whole?.HasMoreShards).toBe(false)
    expect(whole?.Shards).toEqual([
      {
        ShardId: shard0,
        HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(2n ** 128n - 1n) },
        SequenceNumberRange: { StartingSequenceNumber: expect.stringMatching(/^\d{56}$/) },
      },
    ])
  })

  test('a name is taken until the stream is deleted', async () => {
    const create = () => client.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 2 }))
    await expect(create()).rejects.toBeInstanceOf(ResourceInUseException)
    await client.send(new DeleteStreamCommand({ StreamName: 'orders' }))
    await expect(put('lost')).rejects.toBeInstanceOf(ResourceNotFoundException)
    now += 5000
    await create()
    expect((await client.send(new ListShardsCommand({ StreamName: 'orders' }))).Shards).toHaveLength(2)
  })

  test('records come back in order, whole, with their arrival time', async () => {
    const data = Buffer.from([0, 1, 2, 253, 254, 255])
    const Records = [
      { Data: data, PartitionKey: 'quote " backslash \\ tab \t é 𝄞' },
      { Data: new Uint8Array(0), PartitionKey: 'empty' },
      { Data: Buffer.alloc(100_000, 'long'), PartitionKey: 'x'.repeat(256) },
    ]
    const answer = await client.send(new PutRecordsCommand({ StreamName: 'orders', Records }))
    expect(answer.FailedRecordCount).toBe(0)
    const page = await read({ ShardIteratorType: 'TRIM_HORIZON' })
    expect(page.MillisBehindLatest).toBe(0)
    expect(page.Records).toEqual(
      Records.map(({ Data, PartitionKey }, index) => ({
        Data: new Uint8Array(Data),
        PartitionKey,
        SequenceNumber: answer.Records![index]!.SequenceNumber,
        ApproximateArrivalTimestamp: new Date(start),
      })),
    )
  })

  test('each of the five kinds of iterator begins where it says', async () => {
    await put('a')
    now += 1001
    const b = await put('b')
    now += 1001
    await put('c')
    expect(texts(await read({ ShardIteratorType: 'TRIM_HORIZON' }))).toEqual(['a', 'b', 'c'])
    expect(texts(await read({ ShardIteratorType: 'LATEST' }))).toEqual([])
    const at = await read({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: b })
    expect(texts(at)).toEqual(['b', 'c'])
    const after = await read({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: b })
    expect(texts(after)).toEqual(['c'])
    const since = (ms: number) => read({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(ms) })
    expect(texts(await since(start - 1))).toEqual(['a', 'b', 'c'])
    expect(texts(await since(start + 1001))).toEqual(['b', 'c'])
    expect(texts(await since(start + 1002))).toEqual(['c'])
  })

  test('a shard can be read from its own starting sequence number', async () => {
    await put('a')
    const { Shards } = await client.send(new ListShardsCommand({ StreamName: 'orders' }))
    const { StartingSequenceNumber } = Shards![0]!.SequenceNumberRange!
    const page = await read({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber })
    expect(texts(page)).toEqual(['a'])
  })

  test('an iterator of LATEST sees what comes after it was made', async () => {
    await put('before')
    const first = await read({ ShardIteratorType: 'LATEST' })
    await put('after')
    const second = await client.send(new GetRecordsCommand({ ShardIterator: first.NextShardIterator }))
    expect(texts(second)).toEqual(['after'])
  })

  test('a limited page says how far behind it is, and the next one goes on', async () => {
    await put('a')
    now += 100
    await put('b')
    now += 1000
    const at = await client.send(
      new GetShardIteratorCommand({
        StreamName: 'orders',
        ShardId: shard0,
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    )
    const one = await client.send(new GetRecordsCommand({ ShardIterator: at.ShardIterator, Limit: 1 }))
    expect(texts(one)).toEqual(['a'])
    expect(one.MillisBehindLatest).toBe(1000)
    const two = await client.send(new GetRecordsCommand({ ShardIterator: one.NextShardIterator, Limit: 1 }))
    expect(texts(two)).toEqual(['b'])
    expect(two.MillisBehindLatest).toBe(0)
  })

  test('sequence numbers of a shard grow', async () => {
    const numbers: bigint[] = []
    for (let index = 0; index < 20; index++) {
      numbers.push(BigInt(await put('x')))
      now += index % 3 === 0 ? 700 : -300
    }
    expect(numbers).toEqual(numbers.toSorted((a, b) => (a < b ? -1 : 1)))
    expect(new Set(numbers).size).toBe(20)
  })

  test('an explicit hash key decides the shard', async () => {
    await client.send(new CreateStreamCommand({ StreamName: 'wide', ShardCount: 4 }))
    const input = { StreamName: 'wide', Data: Buffer.from('x'), PartitionKey: 'a' }
    const byKey = await client.send(new PutRecordCommand(input))
    expect(byKey.ShardId).toBe(shard0)
    const last = await client.send(
      new PutRecordCommand({ ...input, ExplicitHashKey: String(2n ** 128n - 1n) }),
    )
    expect(last.ShardId).toBe('shardId-000000000003')
  })

  test('a stream goes by its ARN as well', async () => {
    const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
    await client.send(new PutRecordCommand({ StreamARN, Data: Buffer.from('x'), PartitionKey: 'k' }))
    const { Shards } = await client.send(new ListShardsCommand({ StreamARN }))
    const at = await client.send(
      new GetShardIteratorCommand({
        StreamARN,
        ShardId: Shards![0]!.ShardId,
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    )
    const page = await client.send(new GetRecordsCommand({ StreamARN, ShardIterator: at.ShardIterator }))
    expect(texts(page)).toEqual(['x'])
  })

  test('lists come in pages', async () => {
    await client.send(new CreateStreamCommand({ StreamName: 'wide', ShardCount: 7 }))
    const ids: string[] = []
    let NextToken: string | undefined
    do {
      const input =
        NextToken === undefined ? { StreamName: 'wide', MaxResults: 3 } : { NextToken, MaxResults: 3 }
      const page = await client.send(new ListShardsCommand(input))
      ids.push(...page.Shards!.map(({ ShardId }) => ShardId!))
      NextToken = page.NextToken
    } while (NextToken !== undefined)
    expect(ids).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => `shardId-00000000000${index}`))

    const described = await client.send(
      new DescribeStreamCommand({ StreamName: 'wide', Limit: 2, ExclusiveStartShardId: ids[3] }),
    )
    expect(described.StreamDescription?.HasMoreShards).toBe(true)
    expect(described.StreamDescription?.Shards?.map(({ ShardId }) => ShardId)).toEqual([ids[4], ids[5]])

    const first = await client.send(new ListStreamsCommand({ Limit: 1 }))
    expect(first).toMatchObject({ StreamNames: ['orders'], HasMoreStreams: true })
    const second = await client.send(new ListStreamsCommand({ NextToken: first.NextToken }))
    expect(second).toMatchObject({ StreamNames: ['wide'], HasMoreStreams: false })
    expect(second.StreamSummaries?.[0]?.StreamCreationTimestamp).toEqual(new Date(start))
  })

  test('an on-demand stream begins with four shards', async () => {
    const StreamModeDetails = { StreamMode: 'ON_DEMAND' } as const
    await client.send(new CreateStreamCommand({ StreamName: 'elastic', StreamModeDetails }))
    const { Shards } = await client.send(new ListShardsCommand({ StreamName: 'elastic' }))
    expect(Shards).toHaveLength(4)
  })

  test('what is not supported yet says so by name', async () => {
    const list = new ListChannelsCommand({})
    await expect(client.send(list)).rejects.toThrow('does not support ListChannels yet')
  })

  test('a large page of 10 MiB goes through, and stops there', async () => {
    const Records = Array.from({ length: 9 }, (_, index) => ({
      Data: Buffer.alloc(1_000_000, index),
      PartitionKey: 'k',
    }))
    await client.send(new PutRecordsCommand({ StreamName: 'orders', Records }))
    await client.send(new PutRecordsCommand({ StreamName: 'orders', Records }))
    const page = await read({ ShardIteratorType: 'TRIM_HORIZON' })
    expect(page.Records!.map(({ Data }) => Data![0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 0])
    expect(page.Records!.every(({ Data }) => Data!.length === 1_000_000)).toBe(true)
  })
})
