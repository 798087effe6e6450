import {
  DeregisterStreamConsumerCommand,
  KinesisClient,
  RegisterStreamConsumerCommand,
  type StartingPosition,
  SubscribeToShardCommand,
  type SubscribeToShardEvent,
  type SubscribeToShardEventStream,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type LocalKinesis,
  type LocalKinesisOptions,
  startLocalKinesis,
} from '../../../connectors/kinesis-local/index.ts'
import { type ManualClock, manualClock } from '../../../src/testing/manual-clock.ts'
import { FanOutReader } from './fan-out-reader.ts'
import { put, type RawShard, shardId, shardsOf, succeed } from './raw-call.ts'

const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
const MiB = 2 ** 20

/** One subscription, taken event by event. */
class Taken {
  readonly #events: AsyncIterator<SubscribeToShardEventStream>

  constructor(events: AsyncIterable<SubscribeToShardEventStream>) {
    this.#events = events[Symbol.asyncIterator]()
  }

  /** `undefined` at the end. */
  async next(): Promise<SubscribeToShardEvent | undefined> {
    const { value, done } = await this.#events.next()
    return done ? undefined : value.SubscribeToShardEvent
  }

  async leave(): Promise<void> {
    await this.#events.return?.()
  }
}

describe.each(['HTTP/2', 'HTTP/1.1'])('a subscription of the unchanged AWS SDK over %s', (version) => {
  let clock: ManualClock
  let kinesis: LocalKinesis
  let client: KinesisClient
  let ConsumerARN: string

  async function begin(options: LocalKinesisOptions = {}, shards = 1): Promise<void> {
    clock = manualClock()
    kinesis = await startLocalKinesis({ clock, ...options })
    client = new KinesisClient({
      endpoint: kinesis.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      maxAttempts: 1,
      ...(version === 'HTTP/1.1' ? { requestHandler: new NodeHttpHandler() } : {}),
    })
    await succeed(kinesis.endpoint, 'CreateStream', { StreamName: 'orders', ShardCount: shards })
    ConsumerARN = await register('reader')
  }

  async function register(ConsumerName: string): Promise<string> {
    const { Consumer } = await client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName }))
    clock.advance(1000)
    return Consumer!.ConsumerARN!
  }

  async function subscribe(
    position: StartingPosition = { Type: 'TRIM_HORIZON' },
    ShardId = shardId(0),
    arn = ConsumerARN,
  ): Promise<Taken> {
    const command = new SubscribeToShardCommand({ ConsumerARN: arn, ShardId, StartingPosition: position })
    const { EventStream } = await client.send(command)
    return new Taken(EventStream!)
  }

  const textsOf = (event: SubscribeToShardEvent | undefined) =>
    event?.Records?.map(({ Data }) => Buffer.from(Data!).toString())
  const puts = (...texts: string[]) => put(kinesis.endpoint, 'orders', texts)
  const split = async (shard: number) => {
    const { [shard]: parent } = await byIndex()
    const { StartingHashKey, EndingHashKey } = parent!.HashKeyRange
    const NewStartingHashKey = String((BigInt(StartingHashKey) + BigInt(EndingHashKey) + 1n) / 2n)
    const ShardToSplit = shardId(shard)
    await succeed(kinesis.endpoint, 'SplitShard', { StreamName: 'orders', ShardToSplit, NewStartingHashKey })
  }
  const byIndex = async (): Promise<Record<number, RawShard>> =>
    Object.fromEntries(
      (await shardsOf(kinesis.endpoint, 'orders')).map((shard) => [Number(shard.ShardId.slice(8)), shard]),
    )

  beforeEach(() => begin())
  afterEach(async () => {
    client.destroy()
    await kinesis.close()
  })

  test('is given what is there, then what is put, as it is put', async () => {
    const [one, two] = await puts('one', 'two')
    const subscription = await subscribe()
    const first = await subscription.next()
    expect(textsOf(first)).toEqual(['one', 'two'])
    expect(first!.Records![0]).toMatchObject({ SequenceNumber: one!.SequenceNumber, PartitionKey: 'one' })
    expect(first!.Records![0]!.ApproximateArrivalTimestamp).toEqual(new Date(clock.now()))
    expect(first).toMatchObject({
      ContinuationSequenceNumber: two!.SequenceNumber,
      MillisBehindLatest: 0,
    })
    expect(first!.ChildShards).toBeUndefined()
    await puts('three')
    expect(textsOf(await subscription.next())).toEqual(['three'])
    await subscription.leave()
  })

  test('hears of an idle shard at once, and every five seconds, with a number that grows', async () => {
    const subscription = await subscribe({ Type: 'LATEST' })
    const numbers = [(await subscription.next())!.ContinuationSequenceNumber!]
    for (let round = 0; round < 3; round++) {
      const next = subscription.next()
      clock.advance(5000)
      const event = (await next)!
      expect(event).toMatchObject({ Records: [], MillisBehindLatest: 0 })
      numbers.push(event.ContinuationSequenceNumber!)
    }
    expect(numbers.map(BigInt)).toEqual([...new Set(numbers.map(BigInt))].sort((a, b) => (a < b ? -1 : 1)))
    const [record] = await puts('one')
    expect(BigInt(record!.SequenceNumber)).toBeGreaterThan(BigInt(numbers.at(-1)!))
    await subscription.leave()
    clock.advance(5000)
    for (const Type of ['AFTER_SEQUENCE_NUMBER', 'AT_SEQUENCE_NUMBER'] as const) {
      const later = await subscribe({ Type, SequenceNumber: numbers.at(-1)! })
      expect(textsOf(await later.next())).toEqual(['one'])
      clock.advance(5000)
    }
  })

  test('ends after five minutes, and the next one goes on', async () => {
    await puts('one')
    const subscription = await subscribe()
    const event = await subscription.next()
    const end = subscription.next()
    clock.advance(300_000)
    expect(await end).toBeUndefined()
    await puts('two')
    const next = await subscribe({
      Type: 'AFTER_SEQUENCE_NUMBER',
      SequenceNumber: event!.ContinuationSequenceNumber!,
    })
    expect(textsOf(await next.next())).toEqual(['two'])
    await next.leave()
  })

  test('begins where it is told to', async () => {
    const [one] = await puts('one')
    clock.advance(10_000)
    const Timestamp = new Date(clock.now())
    await puts('two')
    clock.advance(10_000)
    await puts('three')
    const { SequenceNumber } = one!
    const positions: [StartingPosition, string[]][] = [
      [{ Type: 'TRIM_HORIZON' }, ['one', 'two', 'three']],
      [{ Type: 'AT_SEQUENCE_NUMBER', SequenceNumber }, ['one', 'two', 'three']],
      [{ Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber }, ['two', 'three']],
      [{ Type: 'AT_TIMESTAMP', Timestamp }, ['two', 'three']],
      [{ Type: 'LATEST' }, []],
    ]
    for (const [position, texts] of positions) {
      clock.advance(5000)
      const subscription = await subscribe(position)
      expect(textsOf(await subscription.next())).toEqual(texts)
      await subscription.leave()
    }
  })

  test('is told the children of a shard that ended, and ends', async () => {
    const caughtUp = await subscribe({ Type: 'LATEST' })
    await caughtUp.next()
    await puts('one')
    await caughtUp.next()
    await split(0)
    const last = await caughtUp.next()
    expect(last).toMatchObject({ Records: [], MillisBehindLatest: 0 })
    expect(last!.ContinuationSequenceNumber ?? undefined).toBeUndefined()
    expect(last!.ChildShards!.map(({ ShardId }) => ShardId)).toEqual([shardId(1), shardId(2)])
    expect(last!.ChildShards![0]!.ParentShards).toEqual([shardId(0)])
    expect(await caughtUp.next()).toBeUndefined()

    clock.advance(5000)
    const fromStart = await subscribe()
    const only = await fromStart.next()
    expect(textsOf(only)).toEqual(['one'])
    expect(only!.ChildShards).toHaveLength(2)
    expect(await fromStart.next()).toBeUndefined()
  })

  test('begins at what is retained', async () => {
    await puts('old')
    clock.advance(3_600_000)
    await puts('young')
    clock.advance(23 * 3_600_000 + 1)
    const subscription = await subscribe()
    expect(textsOf(await subscription.next())).toEqual(['young'])
    await subscription.leave()
  })

  test('is pushed no more than it takes, and loses nothing by that', async () => {
    const Data = Buffer.alloc(MiB - 10, 1).toString('base64')
    const sent: string[] = []
    const send = async () => {
      const one = await succeed<{ SequenceNumber: string }>(kinesis.endpoint, 'PutRecord', {
        StreamName: 'orders',
        PartitionKey: 'k',
        Data,
      })
      sent.push(one.SequenceNumber)
    }
    for (let record = 0; record < 10; record++) await send()
    const subscription = await subscribe()
    for (let record = 0; record < 30; record++) await send()
    const numbers: string[] = []
    while (numbers.length < sent.length) {
      const { Records } = (await subscription.next())!
      numbers.push(...Records!.map(({ SequenceNumber }) => SequenceNumber!))
    }
    expect(numbers).toEqual(sent)
    await subscription.leave()
  })

  describe('of a consumer that has one already', () => {
    test('is refused for five seconds, and then takes over', async () => {
      const first = await subscribe()
      await first.next()
      clock.advance(4999)
      await expect(subscribe()).rejects.toMatchObject({ name: 'ResourceInUseException' })
      clock.advance(1)
      const second = await subscribe()
      await second.next()
      await expect(
        (async () => {
          while (await first.next());
        })(),
      ).rejects.toMatchObject({ name: 'ResourceInUseException' })
      await puts('one')
      expect(textsOf(await second.next())).toEqual(['one'])
      await second.leave()
    })

    test('is refused after one that is over as well', async () => {
      const first = await subscribe()
      await first.leave()
      await expect(subscribe()).rejects.toMatchObject({ name: 'ResourceInUseException' })
    })

    test('is not refused to another consumer, or at another shard', async () => {
      await split(0)
      const other = await register('other')
      const both = [
        await subscribe(),
        await subscribe(undefined, shardId(0), other),
        await subscribe(undefined, shardId(1)),
      ]
      for (const one of both) {
        await one.next()
        await one.leave()
      }
    })
  })

  describe('fails in the middle', () => {
    test('when the stream is deleted', async () => {
      const subscription = await subscribe()
      await subscription.next()
      const end = expect(subscription.next()).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
      await succeed(kinesis.endpoint, 'DeleteStream', { StreamName: 'orders', EnforceConsumerDeletion: true })
      await end
    })

    test('when the consumer is deregistered', async () => {
      const subscription = await subscribe()
      await subscription.next()
      const end = expect(subscription.next()).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
      await client.send(new DeregisterStreamConsumerCommand({ ConsumerARN }))
      await end
    })

    test('when the server closes', async () => {
      const subscription = await subscribe()
      await subscription.next()
      // Node's client of HTTP/2 takes the loss of a connection for an end.
      const end = expect(subscription.next().catch(() => undefined)).resolves.toBeUndefined()
      await kinesis.close()
      await end
    })
  })

  test('reads every record once, over renewals, splits, merges and idle times', async () => {
    client.destroy()
    await kinesis.close()
    await begin({}, 4)
    const reader = new FanOutReader(client, ConsumerARN)
    const sent: string[] = []
    const write = async () => {
      const texts = Array.from({ length: 100 }, (_, index) => `${sent.length + index}`)
      sent.push(...texts)
      await puts(...texts)
    }
    const caughtUp = () =>
      vi.waitFor(() => expect(reader.texts.length).toBe(sent.length), { timeout: 20_000, interval: 2 })
    const openAre = (count: number) =>
      vi.waitFor(() => expect(reader.open.filter(({ events }) => events > 0)).toHaveLength(count), {
        timeout: 20_000,
        interval: 2,
      })
    for (let shard = 0; shard < 4; shard++) reader.follow(shardId(shard))
    let open = 4
    for (let round = 0; round < 6; round++) {
      await write()
      await openAre(open)
      await caughtUp()
      const renewed = reader.open.map((shard) => ({ shard, before: shard.subscriptions }))
      clock.advance(5000)
      await write()
      clock.advance(300_000)
      await vi.waitFor(
        () => expect(renewed.every(({ shard, before }) => shard.subscriptions > before)).toBe(true),
        { timeout: 20_000, interval: 2 },
      )
      const shards = Object.entries(await byIndex()).filter(
        ([, { SequenceNumberRange }]) => SequenceNumberRange.EndingSequenceNumber === undefined,
      )
      await write()
      if (round % 3 === 2) {
        const [lower, upper] = neighbours(shards.map(([, shard]) => shard))
        await succeed(kinesis.endpoint, 'MergeShards', {
          StreamName: 'orders',
          ShardToMerge: lower.ShardId,
          AdjacentShardToMerge: upper.ShardId,
        })
        open--
      } else {
        await split(Number(shards[round % shards.length]![0]))
        open++
      }
      await write()
    }
    await openAre(open)
    await caughtUp()
    expect(reader.texts.map(Number).sort((a, b) => a - b)).toEqual(sent.map(Number))
    for (const { numbers } of reader.shards.values()) {
      expect(numbers.map(BigInt)).toEqual(numbers.map(BigInt).toSorted((a, b) => (a < b ? -1 : 1)))
    }
    reader.stop()
  })
})

function neighbours(open: readonly RawShard[]): [RawShard, RawShard] {
  for (const lower of open) {
    const next = String(BigInt(lower.HashKeyRange.EndingHashKey) + 1n)
    const upper = open.find(({ HashKeyRange }) => HashKeyRange.StartingHashKey === next)
    if (upper !== undefined) return [lower, upper]
  }
  throw new Error('no neighbours')
}
