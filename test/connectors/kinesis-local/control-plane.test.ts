import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DescribeLimitsCommand,
  DescribeStreamSummaryCommand,
  DisableEnhancedMonitoringCommand,
  EnableEnhancedMonitoringCommand,
  type EnableEnhancedMonitoringCommandInput,
  IncreaseStreamRetentionPeriodCommand,
  InvalidArgumentException,
  KinesisClient,
  ListTagsForResourceCommand,
  ListTagsForStreamCommand,
  PutRecordCommand,
  RemoveTagsFromStreamCommand,
  SplitShardCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateMaxRecordSizeCommand,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { fail, shardsOf } from './raw-call.ts'

const StreamName = 'orders'
const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'

describe('what is changed of a stream', () => {
  let data: string
  let kinesis: LocalKinesis
  let client: KinesisClient

  const start = async () => {
    kinesis = await startLocalKinesis({ data })
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' }
    client = new KinesisClient({ endpoint: kinesis.endpoint, region: 'us-east-1', credentials })
  }
  const stop = async () => {
    client.destroy()
    await kinesis.close()
  }
  const restart = async () => {
    await stop()
    await start()
  }
  const summary = async () =>
    (await client.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary!
  const tags = async () => {
    const { Tags } = await client.send(new ListTagsForStreamCommand({ StreamName }))
    return Object.fromEntries(Tags!.map(({ Key, Value }) => [Key, Value]))
  }

  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'millrace-kinesis-'))
    await start()
    await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1, Tags: { team: 'lake' } }))
  })
  afterEach(async () => {
    await stop()
    rmSync(data, { recursive: true })
  })

  test('retention: longer, then shorter, within a day and a year', async () => {
    const longer = (hours: number) =>
      client.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: hours }))
    const shorter = (hours: number) =>
      client.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: hours }))
    await longer(8760)
    await shorter(48)
    await restart()
    expect((await summary()).RetentionPeriodHours).toBe(48)
    for (const refused of [longer(48), longer(47), longer(8761), shorter(48), shorter(49), shorter(23)]) {
      await expect(refused).rejects.toThrow(InvalidArgumentException)
    }
    expect((await summary()).RetentionPeriodHours).toBe(48)
  })

  test('tags, by either family of operations', async () => {
    expect(await tags()).toEqual({ team: 'lake' })
    await client.send(new AddTagsToStreamCommand({ StreamName, Tags: { team: 'sea', b: '' } }))
    await client.send(new TagResourceCommand({ ResourceARN: StreamARN, Tags: { a: '1' } }))
    await restart()
    expect(await tags()).toEqual({ a: '1', b: '', team: 'sea' })
    const page = await client.send(new ListTagsForStreamCommand({ StreamName, Limit: 1 }))
    expect(page).toMatchObject({ Tags: [{ Key: 'a', Value: '1' }], HasMoreTags: true })
    const rest = await client.send(new ListTagsForStreamCommand({ StreamName, ExclusiveStartTagKey: 'a' }))
    expect(rest.Tags).toHaveLength(2)
    expect(rest.HasMoreTags).toBe(false)
    await client.send(new RemoveTagsFromStreamCommand({ StreamName, TagKeys: ['b', 'unknown'] }))
    await client.send(new UntagResourceCommand({ ResourceARN: StreamARN, TagKeys: ['a'] }))
    const left = await client.send(new ListTagsForResourceCommand({ ResourceARN: StreamARN }))
    expect(left.Tags).toEqual([{ Key: 'team', Value: 'sea' }])
  })

  test('tags: no more than 50, within their lengths', async () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`key ${index}`, 'value']))
    const add = (Tags: unknown) => fail(kinesis.endpoint, 'AddTagsToStream', { StreamName, Tags })
    await client.send(new AddTagsToStreamCommand({ StreamName, Tags: many(49) }))
    expect(await add({ one: 'more' })).toMatchObject({ type: 'InvalidArgumentException' })
    expect(await add({})).toMatchObject({ type: 'ValidationException' })
    expect(await add(many(201))).toMatchObject({ type: 'ValidationException' })
    expect(await add({ '': 'x' })).toMatchObject({ type: 'ValidationException' })
    expect(await add({ ['k'.repeat(129)]: 'x' })).toMatchObject({ type: 'ValidationException' })
    expect(await add({ k: 'x'.repeat(257) })).toMatchObject({ type: 'ValidationException' })
    expect(await add({ k: null })).toMatchObject({ type: 'ValidationException' })
    expect(await add({ k: 1 })).toMatchObject({ type: 'SerializationException' })
    expect(await add(['k'])).toMatchObject({ type: 'SerializationException' })
    expect(Object.keys(await tags())).toHaveLength(50)
    const anew = { StreamName: 'other', ShardCount: 1, Tags: many(51) }
    expect(await fail(kinesis.endpoint, 'CreateStream', anew)).toMatchObject({
      type: 'InvalidArgumentException',
    })
  })

  test('its mode, there and back', async () => {
    const to = (StreamMode: 'ON_DEMAND' | 'PROVISIONED') =>
      client.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails: { StreamMode } }))
    const split = () =>
      client.send(
        new SplitShardCommand({
          StreamName,
          ShardToSplit: 'shardId-000000000000',
          NewStartingHashKey: '999',
        }),
      )
    await to('ON_DEMAND')
    await restart()
    expect(await summary()).toMatchObject({
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      OpenShardCount: 1,
    })
    await expect(split()).rejects.toThrow('ON_DEMAND')
    expect(await client.send(new DescribeLimitsCommand({}))).toMatchObject({
      OpenShardCount: 0,
      OnDemandStreamCount: 1,
    })
    await to('PROVISIONED')
    await split()
    expect(await client.send(new DescribeLimitsCommand({}))).toMatchObject({
      ShardLimit: 20_000,
      OpenShardCount: 2,
      OnDemandStreamCount: 0,
      OnDemandStreamCountLimit: 50,
    })
  })

  test('the size of its records', async () => {
    const put = () => client.send(new PutRecordCommand({ StreamName, Data: big, PartitionKey: 'k' }))
    const big = Buffer.alloc(1_500_000)
    await expect(put()).rejects.toThrow(InvalidArgumentException)
    await client.send(new UpdateMaxRecordSizeCommand({ StreamARN, MaxRecordSizeInKiB: 2048 }))
    await restart()
    expect((await summary()).MaxRecordSizeInKiB).toBe(2048)
    await put()
  })

  test('which metrics its shards are to have', async () => {
    type Metrics = NonNullable<EnableEnhancedMonitoringCommandInput['ShardLevelMetrics']>
    const enable = (...ShardLevelMetrics: Metrics) =>
      client.send(new EnableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics }))
    const disable = (...ShardLevelMetrics: Metrics) =>
      client.send(new DisableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics }))
    expect(await enable('OutgoingBytes', 'IncomingBytes')).toMatchObject({
      CurrentShardLevelMetrics: [],
      DesiredShardLevelMetrics: ['IncomingBytes', 'OutgoingBytes'],
    })
    await restart()
    expect((await disable('IncomingBytes')).DesiredShardLevelMetrics).toEqual(['OutgoingBytes'])
    expect((await summary()).EnhancedMonitoring).toEqual([{ ShardLevelMetrics: ['OutgoingBytes'] }])
    expect((await enable('ALL')).DesiredShardLevelMetrics).toHaveLength(7)
    expect((await disable('ALL')).DesiredShardLevelMetrics).toEqual([])
  })

  test('a data folder of a release that knew no resharding is read', async () => {
    await stop()
    const file = join(data, 'stream-1', 'stream.json')
    const {
      tags: _tags,
      expiredBeforeMs: _expired,
      shardLevelMetrics: _metrics,
      shards,
      ...older
    } = JSON.parse(readFileSync(file, 'utf8'))
    const olderShards = shards.map(({ index, createdMs, range }: Record<string, unknown>) => ({
      index,
      createdMs,
      range,
    }))
    writeFileSync(file, JSON.stringify({ ...older, shards: olderShards }))
    await start()
    const split = { StreamName, ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '999' }
    await client.send(new SplitShardCommand(split))
    expect(await shardsOf(kinesis.endpoint, StreamName)).toHaveLength(3)
    expect(await tags()).toEqual({})
  })
})
