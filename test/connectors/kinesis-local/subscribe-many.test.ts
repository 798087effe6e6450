import { type ClientHttp2Session, connect } from 'node:http2'
import { KinesisClient } from '@aws-sdk/client-kinesis'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { manualClock } from '../../../src/testing/manual-clock.ts'
import { put, type RawPage, shardId, succeed } from './raw-call.ts'

const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
const shards = 300
const { eventStreamMarshaller } = new KinesisClient({ region: 'us-east-1' }).config

let kinesis: LocalKinesis
let session: ClientHttp2Session
let ConsumerARN: string

beforeEach(async () => {
  kinesis = await startLocalKinesis({ clock: manualClock(), consumerDelayMs: 0 })
  session = connect(kinesis.endpoint)
  await succeed(kinesis.endpoint, 'CreateStream', { StreamName: 'orders', ShardCount: shards })
  const { Consumer } = await succeed<{ Consumer: { ConsumerARN: string } }>(
    kinesis.endpoint,
    'RegisterStreamConsumer',
    { StreamARN, ConsumerName: 'lake' },
  )
  ConsumerARN = Consumer.ConsumerARN
})
afterEach(async () => {
  session.destroy()
  await kinesis.close()
})

function call(operation: string, input: object) {
  const stream = session.request({
    ':method': 'POST',
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `Kinesis_20131202.${operation}`,
    authorization: 'x',
  })
  stream.on('error', () => {})
  return stream.end(JSON.stringify(input))
}

/** The events of a shard as they come. */
async function* events(shard: number): AsyncGenerator<RawPage> {
  const StartingPosition = { Type: 'TRIM_HORIZON' }
  const body = call('SubscribeToShard', { ConsumerARN, ShardId: shardId(shard), StartingPosition })
  const decoded = eventStreamMarshaller.deserialize<Record<string, { body: Uint8Array }>>(
    body,
    async (event) => event,
  )
  for await (const { SubscribeToShardEvent: event } of decoded) {
    if (event !== undefined) yield JSON.parse(Buffer.from(event.body).toString())
  }
}

test('hundreds of subscriptions share a connection, and leave room for other calls', async () => {
  const seen: string[] = []
  for (let shard = 0; shard < shards; shard++) {
    ;(async () => {
      for await (const { Records } of events(shard))
        seen.push(...Records.map(({ PartitionKey }) => PartitionKey))
    })().catch(() => {})
  }
  const sent: string[] = []
  for (let round = 0; round < 10; round++) {
    const texts = Array.from({ length: 400 }, (_, index) => `${round} ${index}`)
    sent.push(...texts)
    await put(kinesis.endpoint, 'orders', texts)
    const answer = call('ListStreams', {})
    let text = ''
    for await (const chunk of answer) text += chunk
    expect(text).toContain('"StreamNames":["orders"]')
  }
  await vi.waitFor(() => expect(seen).toHaveLength(sent.length), { timeout: 20_000 })
  expect(new Set(seen)).toEqual(new Set(sent))
})

test('those that nobody reads hold up neither the others nor other calls', async () => {
  const stalled = 100
  for (let shard = 0; shard < stalled; shard++) {
    call('SubscribeToShard', {
      ConsumerARN,
      ShardId: shardId(shard),
      StartingPosition: { Type: 'TRIM_HORIZON' },
    }).pause()
  }
  const large = 'x'.repeat(100_000)
  for (let round = 0; round < 20; round++) {
    await put(
      kinesis.endpoint,
      'orders',
      Array.from({ length: 40 }, (_, index) => `${round} ${index} ${large}`),
      (text) => text.slice(0, 10),
    )
  }
  const last = events(shards - 1)
  const { value } = await last.next()
  expect(value.MillisBehindLatest).toBe(0)
  await last.return(undefined)
})
