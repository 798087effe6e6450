import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../connectors/kinesis-local/index.ts'
import { iteratorOf, put, readAll, shardId, succeed, textOf } from '../connectors/kinesis-local/raw-call.ts'

const run = promisify(execFile)
const installed = spawnSync('aws', ['--version']).status === 0
let kinesis: LocalKinesis

beforeAll(async () => {
  kinesis = await startLocalKinesis()
})
afterAll(() => kinesis.close())

async function aws(...args: string[]) {
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' }
  const common = ['--endpoint-url', kinesis.endpoint, '--region', 'us-east-1', '--output', 'json', 'kinesis']
  const { stdout } = await run('aws', [...common, ...args], { env })
  return stdout === '' ? {} : JSON.parse(stdout)
}

test('the unchanged AWS CLI creates, writes, reads and deletes', async (context) => {
  if (!installed) context.skip('the AWS CLI is not installed')
  await aws('create-stream', '--stream-name', 'orders', '--shard-count', '1')
  await put(kinesis.endpoint, 'orders', ['from elsewhere'])
  const name = ['--stream-name', 'orders']
  const [sent, described] = await Promise.all([
    aws('put-record', ...name, '--partition-key', 'k', '--data', Buffer.from('hello').toString('base64')),
    aws('describe-stream-summary', ...name),
  ])
  expect(sent.ShardId).toBe('shardId-000000000000')
  expect(described.StreamDescriptionSummary.StreamStatus).toBe('ACTIVE')
  const iterator = await iteratorOf(kinesis.endpoint, 'orders', 0, {
    ShardIteratorType: 'AT_SEQUENCE_NUMBER',
    StartingSequenceNumber: sent.SequenceNumber,
  })
  const { Records } = await aws('get-records', '--shard-iterator', iterator)
  expect(Records.map((record: { SequenceNumber: string }) => record.SequenceNumber)).toEqual([
    sent.SequenceNumber,
  ])
  await aws('delete-stream', ...name)
  await expect(aws('describe-stream', ...name)).rejects.toThrow('ResourceNotFoundException')
}, 240_000)

test('the unchanged AWS CLI splits, merges, scales and tags', async (context) => {
  if (!installed) context.skip('the AWS CLI is not installed')
  await succeed(kinesis.endpoint, 'CreateStream', { StreamName: 'elastic', ShardCount: 1 })
  const name = ['--stream-name', 'elastic']
  const [first, second, third] = [0, 1, 2].map(shardId) as [string, string, string]
  await aws('split-shard', ...name, '--shard-to-split', first, '--new-starting-hash-key', '1000')
  await aws('merge-shards', ...name, '--shard-to-merge', second, '--adjacent-shard-to-merge', third)
  const scaled = await aws(
    ...['update-shard-count', ...name, '--target-shard-count', '2', '--scaling-type', 'UNIFORM_SCALING'],
  )
  expect(scaled).toMatchObject({ CurrentShardCount: 1, TargetShardCount: 2 })
  await aws('add-tags-to-stream', ...name, '--tags', 'team=lake')
  const [{ Shards }, { Tags }, ended] = await Promise.all([
    aws('list-shards', ...name),
    aws('list-tags-for-stream', ...name),
    aws('get-records', '--shard-iterator', await iteratorOf(kinesis.endpoint, 'elastic', 0)),
  ])
  expect(Shards.map((shard: { ParentShardId?: string }) => shard.ParentShardId)).toEqual([
    ...[undefined, first, first, second, shardId(3), shardId(3)],
  ])
  expect(Tags).toEqual([{ Key: 'team', Value: 'lake' }])
  expect(ended.NextShardIterator ?? null).toBeNull()
  expect(ended.ChildShards).toHaveLength(2)
}, 240_000)

test('the unchanged AWS CLI sets retention and encryption, and tells what is refused', async (context) => {
  if (!installed) context.skip('the AWS CLI is not installed')
  await succeed(kinesis.endpoint, 'CreateStream', { StreamName: 'settings', ShardCount: 1 })
  const name = ['--stream-name', 'settings']
  await Promise.all([
    aws('increase-stream-retention-period', ...name, '--retention-period-hours', '48'),
    aws('start-stream-encryption', ...name, '--encryption-type', 'KMS', '--key-id', 'alias/aws/kinesis'),
  ])
  const [{ StreamDescription }, sent] = await Promise.all([
    aws('describe-stream', ...name),
    aws('put-record', ...name, '--partition-key', 'k', '--data', 'aGVsbG8='),
    expect(
      aws('put-record', '--stream-name', 'gone', '--partition-key', 'k', '--data', 'aGVsbG8='),
    ).rejects.toThrow('ResourceNotFoundException'),
    expect(
      aws('split-shard', ...name, '--shard-to-split', shardId(0), '--new-starting-hash-key', '1'),
    ).rejects.toThrow('InvalidArgumentException'),
  ])
  expect(StreamDescription).toMatchObject({
    RetentionPeriodHours: 48,
    EncryptionType: 'KMS',
    KeyId: 'alias/aws/kinesis',
  })
  expect(sent.EncryptionType).toBe('KMS')
}, 240_000)

test('what the AWS CLI sends is answered over plain HTTP/1.1 as well', async () => {
  await succeed(kinesis.endpoint, 'CreateStream', { StreamName: 'plain', ShardCount: 1 })
  const sent = await put(kinesis.endpoint, 'plain', ['one', 'two'])
  const records = await readAll(kinesis.endpoint, 'plain', 0)
  expect(records.map(textOf)).toEqual(['one', 'two'])
  expect(records.map(({ SequenceNumber }) => SequenceNumber)).toEqual(sent.map((one) => one.SequenceNumber))
  await succeed(kinesis.endpoint, 'DeleteStream', { StreamName: 'plain' })
})
