import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateStreamCommand,
  DeleteResourcePolicyCommand,
  DeregisterStreamConsumerCommand,
  DescribeAccountSettingsCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetResourcePolicyCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
  PutResourcePolicyCommand,
  RegisterStreamConsumerCommand,
  ResourceNotFoundException,
  StartStreamEncryptionCommand,
  StopStreamEncryptionCommand,
  UpdateAccountSettingsCommand,
  UpdateStreamModeCommand,
  UpdateStreamRecordDistributionStrategyCommand,
  UpdateStreamWarmThroughputCommand,
} from '@aws-sdk/client-kinesis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { cborCall } from './cbor-call.ts'
import { fail, iteratorOf, shardId, shardsOf, succeed } from './raw-call.ts'

const dayMs = 86_400_000
const arnOf = (name: string) => `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`
const onDemand = { StreamModeDetails: { StreamMode: 'ON_DEMAND' } } as const

let now: number
let data: string
let kinesis: LocalKinesis
let client: KinesisClient

async function start(): Promise<void> {
  kinesis = await startLocalKinesis({ data, clock: { now: () => now } })
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' }
  client = new KinesisClient({ endpoint: kinesis.endpoint, region: 'us-east-1', credentials })
}

async function restart(): Promise<void> {
  client.destroy()
  await kinesis.close()
  await start()
}

async function summary(StreamName: string) {
  const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName }))
  return StreamDescriptionSummary!
}

async function records(StreamName: string, shard = 0) {
  const at = { StreamName, ShardId: shardId(shard), ShardIteratorType: 'TRIM_HORIZON' } as const
  const { ShardIterator } = await client.send(new GetShardIteratorCommand(at))
  return (await client.send(new GetRecordsCommand({ ShardIterator }))).Records!
}

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  data = mkdtempSync(join(tmpdir(), 'millrace-kinesis-'))
  await start()
})
afterEach(async () => {
  client.destroy()
  await kinesis.close()
  rmSync(data, { recursive: true })
})

describe('encryption', () => {
  const StreamName = 'orders'
  const key = { StreamName, EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' } as const
  const put = (text: string) => ({ StreamName, Data: Buffer.from(text), PartitionKey: 'k' })
  beforeEach(() => client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 })))

  test('marks the records that come while it is on, and the answers to their puts', async () => {
    const before = await client.send(new PutRecordCommand(put('before')))
    await client.send(new StartStreamEncryptionCommand(key))
    const during = await client.send(new PutRecordCommand(put('during')))
    const batch = await client.send(new PutRecordsCommand({ StreamName, Records: [put('batch')] }))
    await restart()
    expect(await summary(StreamName)).toMatchObject({ EncryptionType: 'KMS', KeyId: key.KeyId })
    await client.send(new StopStreamEncryptionCommand(key))
    await client.send(new PutRecordCommand(put('after')))
    expect([before, during, batch].map(({ EncryptionType }) => EncryptionType)).toEqual([
      undefined,
      'KMS',
      'KMS',
    ])
    expect(
      (await records(StreamName)).map((record) => [String(Buffer.from(record.Data!)), record.EncryptionType]),
    ).toEqual([
      ['before', undefined],
      ['during', 'KMS'],
      ['batch', 'KMS'],
      ['after', undefined],
    ])
    expect(await summary(StreamName)).toMatchObject({ EncryptionType: 'NONE' })
    expect((await summary(StreamName)).KeyId).toBeUndefined()
  })

  test('is told in CBOR as in JSON', async () => {
    await client.send(new StartStreamEncryptionCommand(key))
    const input = { StreamName, Records: [{ Data: Buffer.from('x'), PartitionKey: 'k' }] }
    const { output } = await cborCall(kinesis.endpoint, 'PutRecords', input)
    expect(output).toMatchObject({ FailedRecordCount: 0, EncryptionType: 'KMS' })
    const ShardIterator = await iteratorOf(kinesis.endpoint, StreamName, 0)
    const json = await succeed(kinesis.endpoint, 'GetRecords', { ShardIterator })
    expect(await cborCall(kinesis.endpoint, 'GetRecords', { ShardIterator })).toMatchObject({ output: json })
    expect(json).toMatchObject({ Records: [{ EncryptionType: 'KMS' }] })
  })

  test.each([
    '1234abcd-12ab-34cd-56ef-1234567890ab',
    'mrk-1234abcd12ab34cd56ef1234567890ab',
    'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    'arn:aws:kms:us-east-1:123456789012:alias/mine',
    'alias/aws/kinesis',
  ])('takes %s for a key', async (KeyId) => {
    await client.send(new StartStreamEncryptionCommand({ ...key, KeyId }))
    expect((await summary(StreamName)).KeyId).toBe(KeyId)
  })

  test('refuses what is no key, and other types', async () => {
    const of = (more: object) => fail(kinesis.endpoint, 'StartStreamEncryption', { ...key, ...more })
    expect(await of({ KeyId: 'my key' })).toMatchObject({ type: 'InvalidArgumentException' })
    expect(await of({ EncryptionType: 'NONE' })).toMatchObject({ type: 'InvalidArgumentException' })
    expect(await of({ EncryptionType: 'AES' })).toMatchObject({ type: 'ValidationException' })
    expect(await of({ KeyId: undefined })).toMatchObject({ type: 'ValidationException' })
    expect(await of({ StreamName: 'gone' })).toMatchObject({ type: 'ResourceNotFoundException' })
  })
})

describe('a resource policy', () => {
  const ResourceARN = arnOf('orders')
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow' }] })
  beforeEach(() => client.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 1 })))

  test('is kept, given back and deleted', async () => {
    await client.send(new PutResourcePolicyCommand({ ResourceARN, Policy }))
    await restart()
    expect((await client.send(new GetResourcePolicyCommand({ ResourceARN }))).Policy).toBe(Policy)
    await client.send(new DeleteResourcePolicyCommand({ ResourceARN }))
    const gone = [
      new GetResourcePolicyCommand({ ResourceARN }),
      new DeleteResourcePolicyCommand({ ResourceARN }),
    ]
    for (const command of gone) {
      await expect(client.send(command as GetResourcePolicyCommand)).rejects.toThrow(
        ResourceNotFoundException,
      )
    }
  })

  test('of a consumer goes with it', async () => {
    const register = { StreamARN: ResourceARN, ConsumerName: 'lake' }
    const { Consumer } = await client.send(new RegisterStreamConsumerCommand(register))
    const ofConsumer = { ResourceARN: Consumer!.ConsumerARN! }
    await client.send(new PutResourcePolicyCommand({ ...ofConsumer, Policy }))
    expect((await client.send(new GetResourcePolicyCommand(ofConsumer))).Policy).toBe(Policy)
    await expect(client.send(new GetResourcePolicyCommand({ ResourceARN }))).rejects.toThrow(
      'No resource policy',
    )
    now += 1000
    await client.send(new DeregisterStreamConsumerCommand(register))
    now += 1000
    await expect(client.send(new GetResourcePolicyCommand(ofConsumer))).rejects.toThrow(
      ResourceNotFoundException,
    )
    await client.send(new PutResourcePolicyCommand({ ResourceARN, Policy }))
    const file = join(data, 'stream-1', 'stream.json')
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).policies)).toEqual([ResourceARN])
  })

  test('must be one, on something that is there', async () => {
    const put = (more: object) =>
      fail(kinesis.endpoint, 'PutResourcePolicy', { ResourceARN, Policy, ...more })
    for (const wrong of [
      'no json',
      '[]',
      'null',
      '{}',
      '{"Statement":1}',
      `{"Statement":["${'x'.repeat(20_480)}"]}`,
    ]) {
      expect(await put({ Policy: wrong })).toMatchObject({ type: 'InvalidArgumentException' })
    }
    expect(await put({ ResourceARN: arnOf('gone') })).toMatchObject({ type: 'ResourceNotFoundException' })
    expect(await put({ ResourceARN: 'orders' })).toMatchObject({ type: 'ValidationException' })
  })
})

describe('warm throughput', () => {
  const commit = async (Status: 'ENABLED' | 'DISABLED') => {
    const input = { MinimumThroughputBillingCommitment: { Status } }
    return (await client.send(new UpdateAccountSettingsCommand(input))).MinimumThroughputBillingCommitment
  }
  const settings = async () =>
    (await client.send(new DescribeAccountSettingsCommand({}))).MinimumThroughputBillingCommitment
  const warm = (StreamName: string, WarmThroughputMiBps: number) =>
    client.send(new UpdateStreamWarmThroughputCommand({ StreamName, WarmThroughputMiBps }))

  test('the commitment of an account lasts a day at the least', async () => {
    expect(await settings()).toEqual({ Status: 'DISABLED' })
    const StartedAt = new Date(now)
    const EarliestAllowedEndAt = new Date(now + dayMs)
    expect(await commit('ENABLED')).toEqual({ Status: 'ENABLED', StartedAt, EarliestAllowedEndAt })
    now += 1000
    await commit('ENABLED')
    writeFileSync(join(data, 'account.json.new'), '{"format":1,"commit')
    await restart()
    const ending = { Status: 'ENABLED_UNTIL_EARLIEST_ALLOWED_END', StartedAt, EarliestAllowedEndAt }
    expect(await commit('DISABLED')).toEqual(ending)
    now = EarliestAllowedEndAt.getTime() - 1
    expect(await settings()).toEqual(ending)
    now += 1
    expect(await settings()).toEqual({ Status: 'DISABLED', StartedAt, EndedAt: EarliestAllowedEndAt })
    expect(await commit('DISABLED')).toMatchObject({ Status: 'DISABLED' })
    expect(await commit('ENABLED')).toMatchObject({ Status: 'ENABLED', StartedAt: new Date(now) })
    now += 2 * dayMs
    expect(await commit('DISABLED')).toMatchObject({ Status: 'DISABLED', EndedAt: new Date(now) })
  })

  test('gives a stream the shards that it will need, and takes none away', async () => {
    await commit('ENABLED')
    await client.send(new CreateStreamCommand({ StreamName: 'warm', WarmThroughputMiBps: 6, ...onDemand }))
    expect(await summary('warm')).toMatchObject({
      OpenShardCount: 6,
      WarmThroughput: { TargetMiBps: 6, CurrentMiBps: 6 },
    })
    expect(await warm('warm', 9)).toMatchObject({
      StreamName: 'warm',
      StreamARN: arnOf('warm'),
      WarmThroughput: { TargetMiBps: 9, CurrentMiBps: 9 },
    })
    expect((await warm('warm', 2)).WarmThroughput).toEqual({ TargetMiBps: 2, CurrentMiBps: 9 })
    await restart()
    expect((await summary('warm')).WarmThroughput).toEqual({ TargetMiBps: 2, CurrentMiBps: 9 })
    await client.send(new CreateStreamCommand({ StreamName: 'fixed', ShardCount: 1 }))
    await client.send(
      new UpdateStreamModeCommand({ StreamARN: arnOf('fixed'), WarmThroughputMiBps: 5, ...onDemand }),
    )
    expect(await summary('fixed')).toMatchObject({ OpenShardCount: 5 })
  })

  test('needs the commitment, mode ON_DEMAND, and at most 10 GiB/s', async () => {
    await client.send(new CreateStreamCommand({ StreamName: 'fixed', ShardCount: 1 }))
    await client.send(new CreateStreamCommand({ StreamName: 'elastic', ...onDemand }))
    await expect(warm('elastic', 5)).rejects.toThrow('MinimumThroughputBillingCommitment')
    await commit('ENABLED')
    await expect(warm('fixed', 5)).rejects.toThrow('ON_DEMAND')
    await expect(warm('elastic', 10_241)).rejects.toThrow('at most 10240')
    const create = { StreamName: 'new', ShardCount: 1, WarmThroughputMiBps: 1 }
    expect(await fail(kinesis.endpoint, 'CreateStream', create)).toMatchObject({
      type: 'ValidationException',
    })
  })
})

describe('records that the service distributes', () => {
  const StreamName = 'spread'
  const StreamARN = arnOf(StreamName)
  const strategy = (RecordDistributionStrategy: 'AUTO' | 'USER_PARTITION_KEY', arn = StreamARN) =>
    client.send(
      new UpdateStreamRecordDistributionStrategyCommand({ StreamARN: arn, RecordDistributionStrategy }),
    )

  test('go to every shard in turn, whatever their keys, and need none', async () => {
    await client.send(
      new CreateStreamCommand({ StreamName, RecordDistributionStrategy: 'AUTO', ...onDemand }),
    )
    expect((await summary(StreamName)).RecordDistributionStrategy).toBe('AUTO')
    await restart()
    const Data = Buffer.from('x')
    const Records = [
      { Data },
      { Data, PartitionKey: 'k', ExplicitHashKey: '0' },
      { Data, PartitionKey: 'k' },
      { Data },
    ]
    const { Records: answers } = await client.send(new PutRecordsCommand({ StreamName, Records }))
    expect(answers!.map(({ ShardId }) => ShardId).sort()).toEqual([0, 1, 2, 3].map(shardId))
    const read = (await Promise.all([0, 1, 2, 3].map((shard) => records(StreamName, shard)))).flat()
    expect(read.map(({ PartitionKey }) => PartitionKey).sort()).toEqual(['k', 'k', undefined, undefined])
    expect(read.filter((record) => 'PartitionKey' in record && record.PartitionKey === undefined)).toEqual([])
    const shard = Number(answers![0]!.ShardId!.slice(8))
    const ShardIterator = await iteratorOf(kinesis.endpoint, StreamName, shard)
    const { output } = await cborCall(kinesis.endpoint, 'GetRecords', { ShardIterator })
    expect(output).toEqual(await succeed(kinesis.endpoint, 'GetRecords', { ShardIterator }))
  })

  test('cannot be ordered by the number of another', async () => {
    await client.send(
      new CreateStreamCommand({ StreamName, RecordDistributionStrategy: 'AUTO', ...onDemand }),
    )
    const { SequenceNumber } = await client.send(new PutRecordCommand({ StreamName, Data: Buffer.from('x') }))
    const ordered = { StreamName, Data: 'eA==', SequenceNumberForOrdering: SequenceNumber }
    expect(await fail(kinesis.endpoint, 'PutRecord', ordered)).toMatchObject({
      type: 'InvalidArgumentException',
    })
  })

  test('are so from one call to the next, and not any more', async () => {
    await client.send(new CreateStreamCommand({ StreamName, ...onDemand }))
    const keyless = () => client.send(new PutRecordCommand({ StreamName, Data: Buffer.from('x') }))
    expect((await summary(StreamName)).RecordDistributionStrategy).toBe('USER_PARTITION_KEY')
    const missing = await fail(kinesis.endpoint, 'PutRecords', {
      StreamName,
      Records: [{ Data: '', PartitionKey: 'k' }, { Data: '' }],
    })
    expect(missing).toMatchObject({ type: 'ValidationException' })
    expect(missing.message).toContain("'records.2.member.partitionKey'")
    await strategy('AUTO')
    await keyless()
    await strategy('USER_PARTITION_KEY')
    await expect(keyless()).rejects.toThrow('partitionKey')
  })

  test('are those of a stream in mode ON_DEMAND only', async () => {
    await client.send(new CreateStreamCommand({ StreamName: 'fixed', ShardCount: 1 }))
    await expect(strategy('AUTO', arnOf('fixed'))).rejects.toThrow('ON_DEMAND')
    await strategy('USER_PARTITION_KEY', arnOf('fixed'))
    const create = { StreamName: 'new', ShardCount: 1, RecordDistributionStrategy: 'AUTO' }
    expect(await fail(kinesis.endpoint, 'CreateStream', create)).toMatchObject({
      type: 'InvalidArgumentException',
    })
    await client.send(
      new CreateStreamCommand({ StreamName, RecordDistributionStrategy: 'AUTO', ...onDemand }),
    )
    const back = { StreamARN, StreamModeDetails: { StreamMode: 'PROVISIONED' } } as const
    await client.send(new UpdateStreamModeCommand(back))
    expect((await summary(StreamName)).RecordDistributionStrategy).toBe('USER_PARTITION_KEY')
    expect(await shardsOf(kinesis.endpoint, StreamName)).toHaveLength(4)
  })
})
