import { setImmediate as letOthersRun } from 'node:timers/promises'
import { KinesisClient, SubscribeToShardCommand } from '@aws-sdk/client-kinesis'
import { describe, expect, test } from 'vitest'
import { startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { AwsFanOutThroughput } from '../../../connectors/kinesis-local/streams/aws-fan-out-throughput.ts'
import { Subscribers } from '../../../connectors/kinesis-local/streams/subscribers.ts'
import { manualClock } from '../../../src/testing/manual-clock.ts'
import { fail, shardId, succeed } from './raw-call.ts'

const MiB = 2 ** 20
const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'

test('a consumer is pushed 2 MiB a second of each shard', () => {
  const throughput = new AwsFanOutThroughput()
  let now = 1_000_000
  expect(throughput.throttledMs(now)).toBeLessThanOrEqual(0)
  throughput.pushed(2 * MiB)
  expect(throughput.throttledMs(now)).toBe(1)
  now += 500
  throughput.pushed(3 * MiB)
  expect(throughput.throttledMs(now)).toBe(1001)
  expect(throughput.throttledMs(now + 1001)).toBeLessThanOrEqual(0)
})

describe('a consumer that calls too often', () => {
  test('is told that it calls too often, unless its subscription is too young', () => {
    const subscribers = new Subscribers(() => new AwsFanOutThroughput())
    const subscribe = (now: number) => subscribers.admit('arn', now)()
    subscribe(10_000)
    expect(() => subscribe(14_999)).toThrow('less than 5000 milliseconds old')
    expect(() => subscribe(15_100)).toThrow('Rate exceeded')
    expect(subscribe(16_100).replaced).toBe(false)
  })

  test('counts calls with wrong arguments as well', async () => {
    const clock = manualClock()
    const kinesis = await startLocalKinesis({ clock, limits: 'aws', consumerDelayMs: 0 })
    await succeed(kinesis.endpoint, 'CreateStream', { StreamName: 'orders', ShardCount: 1 })
    const { Consumer } = await succeed<{ Consumer: { ConsumerARN: string } }>(
      kinesis.endpoint,
      'RegisterStreamConsumer',
      { StreamARN, ConsumerName: 'lake' },
    )
    const wrong = {
      ConsumerARN: Consumer.ConsumerARN,
      ShardId: shardId(0),
      StartingPosition: { Type: 'AT_SEQUENCE_NUMBER', SequenceNumber: '1' },
    }
    const types = []
    for (const ms of [0, 999, 1]) {
      clock.advance(ms)
      types.push((await fail(kinesis.endpoint, 'SubscribeToShard', wrong)).type)
    }
    expect(types).toEqual(['InvalidArgumentException', 'LimitExceededException', 'InvalidArgumentException'])
    await kinesis.close()
  })
})

test('under the limits of the service a backlog comes at 2 MiB a second', async () => {
  const clock = manualClock()
  const kinesis = await startLocalKinesis({ clock, limits: 'aws', consumerDelayMs: 0 })
  const client = new KinesisClient({
    endpoint: kinesis.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  })
  await succeed(kinesis.endpoint, 'CreateStream', { StreamName: 'orders', ShardCount: 1 })
  const { Consumer } = await succeed<{ Consumer: { ConsumerARN: string } }>(
    kinesis.endpoint,
    'RegisterStreamConsumer',
    { StreamARN, ConsumerName: 'lake' },
  )
  const Data = Buffer.alloc(MiB - 1, 1).toString('base64')
  for (let second = 0; second < 8; second++) {
    await succeed(kinesis.endpoint, 'PutRecord', { StreamName: 'orders', Data, PartitionKey: 'k' })
    clock.advance(1000)
  }
  const { EventStream } = await client.send(
    new SubscribeToShardCommand({
      ConsumerARN: Consumer.ConsumerARN,
      ShardId: shardId(0),
      StartingPosition: { Type: 'TRIM_HORIZON' },
    }),
  )
  const begunMs = clock.now()
  const arrivals: number[] = []
  const reading = (async () => {
    for await (const { SubscribeToShardEvent: event } of EventStream!) {
      arrivals.push(...event!.Records!.map(() => clock.now() - begunMs))
      if (arrivals.length === 8) return
    }
  })()
  let over = false
  reading.finally(() => {
    over = true
  })
  // Time passes slowly enough for every event to arrive in the millisecond in which it was pushed, or soon after.
  while (!over) {
    for (let turn = 0; turn < 20; turn++) await letOthersRun()
    clock.advance(10)
  }
  for (const [index, ms] of arrivals.entries()) expect(ms).toBeGreaterThanOrEqual((index - 2) * 500)
  client.destroy()
  await kinesis.close()
})
