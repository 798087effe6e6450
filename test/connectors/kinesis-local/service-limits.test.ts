import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { CallRates } from '../../../connectors/kinesis-local/limits/call-rates.ts'
import { cborCall } from './cbor-call.ts'
import { fail, rawCall, shardId, succeed } from './raw-call.ts'

const dayMs = 86_400_000
let now: number
let kinesis: LocalKinesis
beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  kinesis = await startLocalKinesis({ limits: 'aws', clock: { now: () => now } })
})
afterEach(() => kinesis.close())

const call = (operation: string, input: object) => succeed(kinesis.endpoint, operation, input)
const refused = async (operation: string, input: object) =>
  (await fail(kinesis.endpoint, operation, input)).type
const create = (StreamName: string, more: object = { ShardCount: 1 }) => {
  now += 1000
  return call('CreateStream', { StreamName, ...more })
}
const onDemand = { StreamModeDetails: { StreamMode: 'ON_DEMAND' } }
const arnOf = (name: string) => `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`

describe('control operations come at a pace', () => {
  test.each([
    ['CreateStream', 5, (index: number) => ({ StreamName: `s${index}`, ShardCount: 1 })],
    ['ListStreams', 5, () => ({})],
    ['DescribeStream', 10, () => ({ StreamName: 'orders' })],
    ['DescribeStreamSummary', 20, () => ({ StreamName: 'orders' })],
    ['DescribeLimits', 1, () => ({})],
    ['DescribeAccountSettings', 5, () => ({})],
    ['ListTagsForStream', 5, () => ({ StreamName: 'orders' })],
  ])('%s, %i a second', async (operation, perSecond, input) => {
    await create('orders')
    now += 1000
    for (let index = 0; index < perSecond; index++) await call(operation, input(index))
    const error = await fail(kinesis.endpoint, operation, input(perSecond))
    expect(error).toMatchObject({ status: 400, type: 'LimitExceededException' })
    expect(error.message).toContain(operation)
    now += Math.ceil(1000 / perSecond)
    await call(operation, input(perSecond))
  })

  test('each stream has its own where the service counts by stream, however it is named', async () => {
    await create('one')
    await create('two')
    for (let index = 0; index < 5; index++) await call('ListTagsForStream', { StreamName: 'one' })
    expect(await refused('ListTagsForStream', { StreamARN: arnOf('one') })).toBe('LimitExceededException')
    await call('ListTagsForStream', { StreamName: 'two' })
  })

  test('calls that fail count, in CBOR as well', async () => {
    for (let index = 0; index < 5; index++)
      await rawCall(kinesis.endpoint, 'DeleteStream', { StreamName: 'gone' })
    expect(await refused('DeleteStream', { StreamName: 'gone' })).toBe('LimitExceededException')
    const cbor = await cborCall(kinesis.endpoint, 'DeleteStream', { StreamName: 'gone' })
    expect(cbor).toMatchObject({ status: 400, output: { __type: 'LimitExceededException' } })
  })

  test('reading and writing are not paced by call', async () => {
    await create('orders')
    for (let index = 0; index < 100; index++) {
      await call('PutRecord', { StreamName: 'orders', Data: '', PartitionKey: 'k' })
      await call('ListShards', { StreamName: 'orders' })
    }
  })

  test('names that somebody makes up are not remembered for ever, and win nothing', () => {
    const rates = new CallRates()
    for (let index = 0; index < 5; index++) expect(rates.mayCall('SplitShard', 'orders', now)).toBe(true)
    for (let index = 0; index < 5000; index++)
      expect(rates.mayCall('SplitShard', `made up ${index}`, now)).toBe(true)
    expect(rates.mayCall('SplitShard', 'orders', now)).toBe(false)
    expect(rates.mayCall('SplitShard', 'orders', now + 200)).toBe(true)
  })
})

describe('what a day allows', () => {
  test('two switches of the mode', async () => {
    await create('orders')
    const to = (StreamMode: string) => ({ StreamARN: arnOf('orders'), StreamModeDetails: { StreamMode } })
    await call('UpdateStreamMode', to('ON_DEMAND'))
    await call('UpdateStreamMode', to('ON_DEMAND'))
    now += 1
    await call('UpdateStreamMode', to('PROVISIONED'))
    expect(await refused('UpdateStreamMode', to('ON_DEMAND'))).toBe('LimitExceededException')
    now += dayMs - 2
    expect(await refused('UpdateStreamMode', to('ON_DEMAND'))).toBe('LimitExceededException')
    now += 1
    await call('UpdateStreamMode', to('ON_DEMAND'))
  })

  test('ten calls of UpdateShardCount', async () => {
    await create('orders', { ShardCount: 2 })
    const to = (TargetShardCount: number) => ({
      StreamName: 'orders',
      TargetShardCount,
      ScalingType: 'UNIFORM_SCALING',
    })
    for (let index = 0; index < 10; index++) {
      now += 1000
      await call('UpdateShardCount', to(index % 2 === 0 ? 3 : 2))
    }
    now += 1000
    expect(await refused('UpdateShardCount', to(3))).toBe('LimitExceededException')
    now += dayMs
    await call('UpdateShardCount', to(3))
  })

  test('25 starts of encryption and 25 stops', async () => {
    await create('orders')
    const key = { StreamName: 'orders', EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' }
    for (let index = 0; index < 25; index++) {
      await call('StartStreamEncryption', key)
      await call('StopStreamEncryption', key)
    }
    expect(await refused('StartStreamEncryption', key)).toBe('LimitExceededException')
    expect(await refused('StopStreamEncryption', key)).toBe('LimitExceededException')
    now += dayMs
    await call('StartStreamEncryption', key)
  })
})

describe('what an account may have', () => {
  test('20,000 shards in streams of mode PROVISIONED', async () => {
    await create('one', { ShardCount: 10_000 })
    await create('two', { ShardCount: 9999 })
    now += 1000
    expect(await refused('CreateStream', { StreamName: 'three', ShardCount: 2 })).toBe(
      'LimitExceededException',
    )
    await create('three', { ShardCount: 1 })
    const split = { StreamName: 'three', ShardToSplit: shardId(0), NewStartingHashKey: '1000' }
    expect(await refused('SplitShard', split)).toBe('LimitExceededException')
    const scale = { StreamName: 'three', TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' }
    expect(await refused('UpdateShardCount', scale)).toBe('LimitExceededException')
  }, 240_000)

  test('50 streams in mode ON_DEMAND', async () => {
    for (let index = 0; index < 50; index++) await create(`elastic-${index}`, onDemand)
    now += 1000
    expect(await refused('CreateStream', { StreamName: 'more', ...onDemand })).toBe('LimitExceededException')
    await create('fixed')
    expect(await refused('UpdateStreamMode', { StreamARN: arnOf('fixed'), ...onDemand })).toBe(
      'LimitExceededException',
    )
  })
})

test('without limits, nothing of this is refused', async () => {
  const free = await startLocalKinesis({ clock: { now: () => now } })
  await succeed(free.endpoint, 'CreateStream', { StreamName: 'orders', ShardCount: 1 })
  for (let index = 0; index < 30; index++) {
    await succeed(free.endpoint, 'DescribeStream', { StreamName: 'orders' })
    const StreamModeDetails = { StreamMode: index % 2 === 0 ? 'ON_DEMAND' : 'PROVISIONED' }
    await succeed(free.endpoint, 'UpdateStreamMode', { StreamARN: arnOf('orders'), StreamModeDetails })
  }
  await free.close()
})
