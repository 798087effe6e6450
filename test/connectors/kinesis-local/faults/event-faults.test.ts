import {
  KinesisClient,
  type StartingPosition,
  SubscribeToShardCommand,
  type SubscribeToShardEvent,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Fault } from '../../../../connectors/kinesis-local/index.ts'
import { fail, put, shardId, succeed } from '../raw-call.ts'
import { FaultyKinesis } from './faulty-kinesis.ts'

const arn = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
const horizon: StartingPosition = { Type: 'TRIM_HORIZON' }

describe.each(['HTTP/2', 'HTTP/1.1'])('a subscription of the AWS SDK over %s', (version) => {
  let server: FaultyKinesis
  let client: KinesisClient
  let ConsumerARN: string

  beforeEach(async () => {
    server = await FaultyKinesis.start()
    client = new KinesisClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      maxAttempts: 1,
      ...(version === 'HTTP/1.1' && { requestHandler: new NodeHttpHandler() }),
    })
    const registered = await succeed<{ Consumer: { ConsumerARN: string } }>(
      server.endpoint,
      'RegisterStreamConsumer',
      { StreamARN: arn, ConsumerName: 'reader' },
    )
    ConsumerARN = registered.Consumer.ConsumerARN
    server.clock.advance(5000)
    await put(server.endpoint, 'orders', ['a', 'b', 'c'])
  })
  afterEach(async () => {
    client.destroy()
    await server.kinesis.close()
  })

  async function* events(StartingPosition = horizon): AsyncGenerator<SubscribeToShardEvent> {
    const subscription = { ConsumerARN, ShardId: shardId(0), StartingPosition }
    const { EventStream } = await client.send(new SubscribeToShardCommand(subscription))
    for await (const { SubscribeToShardEvent: event } of EventStream!) if (event !== undefined) yield event
  }

  /** What comes while time goes on, up to the end or an error, or so many events. */
  async function taken(from = events(), most = Number.POSITIVE_INFINITY) {
    const texts: string[][] = []
    const all = async () => {
      while (texts.length < most) {
        const { value, done } = await from.next()
        if (done) return 'ended'
        texts.push(textsOf(value))
      }
      return 'goes on'
    }
    const outcome = await server.clock.until(all().catch((error: Error) => error))
    return { texts, outcome }
  }

  function struck(fault: Fault) {
    return server.kinesis.faults.injected[fault.kind]
  }

  const breaking: Fault[] = [
    { kind: 'truncated-frame', count: 1 },
    { kind: 'bad-crc', count: 1 },
    { kind: 'error-event', count: 1 },
    { kind: 'drop', count: 1 },
    { kind: 'silence', count: 1 },
  ]

  test.each(breaking)('loses the event to $kind, and the next subscription has it', async (fault) => {
    server.set(fault)
    expect((await taken()).texts).toEqual([])
    expect(struck(fault)).toBe(1)
    server.clock.advance(5000)
    expect((await taken(events(), 1)).texts).toEqual([['a', 'b', 'c']])
  })

  test('ends with the error that was asked for, after the events before it', async () => {
    const subscription = events()
    expect(await taken(subscription, 1)).toEqual({ texts: [['a', 'b', 'c']], outcome: 'goes on' })
    server.set({ kind: 'error-event', error: 'KMSThrottlingException' })
    await put(server.endpoint, 'orders', ['d'])
    expect(await taken(subscription)).toEqual({
      texts: [],
      outcome: expect.objectContaining({ name: 'KMSThrottlingException' }),
    })
  })

  test('that is dropped ends as if its time were up', async () => {
    server.set({ kind: 'drop' })
    expect(await taken()).toEqual({ texts: [], outcome: 'ended' })
  })

  test('that is silent stays open for five minutes, whatever is put', async () => {
    server.set({ kind: 'silence', count: 1 })
    const begun = server.clock.now()
    const silent = taken()
    while (server.kinesis.faults.injected.silence === 0) await succeed(server.endpoint, 'ListStreams', {})
    await put(server.endpoint, 'orders', ['d'])
    expect(await silent).toEqual({ texts: [], outcome: 'ended' })
    expect(server.clock.now() - begun).toBeGreaterThanOrEqual(300_000)
  })

  test('brings an event twice, and goes on', async () => {
    server.set({ kind: 'repeat', count: 1 })
    const subscription = events()
    expect((await taken(subscription, 2)).texts).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ])
    await put(server.endpoint, 'orders', ['d'])
    expect((await taken(subscription, 1)).texts).toEqual([['d']])
  })

  test('is refused, or made without an answer', async () => {
    server.set({ kind: 'throttle', count: 1 }, { kind: 'lost-answer', operations: ['SubscribeToShard'] })
    expect((await taken()).outcome).toMatchObject({ name: 'LimitExceededException' })
    expect((await taken()).outcome).toBeInstanceOf(Error)
    server.kinesis.faults.clear()
    expect((await taken()).outcome).toMatchObject({ name: 'ResourceInUseException' })
  })

  test('is told of the end of the shard, and not of its children', async () => {
    const split = { StreamName: 'orders', ShardToSplit: shardId(0), NewStartingHashKey: String(2n ** 127n) }
    await succeed(server.endpoint, 'SplitShard', split)
    server.set({ kind: 'missing-children', count: 1 })
    const { value } = await events().next()
    expect(textsOf(value)).toEqual(['a', 'b', 'c'])
    expect(value).toMatchObject({ MillisBehindLatest: 0 })
    expect(value.ContinuationSequenceNumber ?? null).toBeNull()
    expect(value.ChildShards ?? []).toEqual([])
  })

  test('is spared by faults for another shard or stream', async () => {
    server.set({ kind: 'drop', shard: shardId(1) }, { kind: 'drop', stream: 'visits' })
    expect((await taken(events(), 1)).texts).toEqual([['a', 'b', 'c']])
  })

  test('that begins again after whatever happens, and knows what it has seen, has every record once', async () => {
    server.set(
      { kind: 'truncated-frame', rate: 0.1 },
      { kind: 'bad-crc', rate: 0.1 },
      { kind: 'drop', rate: 0.1 },
      { kind: 'error-event', rate: 0.1 },
      { kind: 'silence', rate: 0.05 },
      { kind: 'repeat', rate: 0.2 },
      { kind: 'throttle', rate: 0.1, operations: ['SubscribeToShard'] },
      { kind: 'lost-answer', rate: 0.1, operations: ['SubscribeToShard'] },
    )
    const reader = new CarefulReader(events)
    const all = ['a', 'b', 'c']
    for (let round = 0; round < 40; round++) {
      all.push(`record ${round}`)
      await put(server.endpoint, 'orders', [`record ${round}`])
      await server.clock.until(reader.readUntil(all.length, server))
    }
    expect(reader.texts).toEqual(all)
    const { injected } = server.kinesis.faults
    for (const kind of ['truncated-frame', 'bad-crc', 'drop', 'error-event', 'repeat'] as const)
      expect(injected[kind]).toBeGreaterThan(0)
  })

  test('faults of events strike no other call', async () => {
    server.set(...breaking)
    await fail(server.endpoint, 'ListShards', { StreamName: 'nowhere' })
    await put(server.endpoint, 'orders', ['d'])
    expect(breaking.map(struck)).toEqual([0, 0, 0, 0, 0])
  })
})

/** Goes on after the last event, begins anew when nothing comes, and drops what comes again. */
class CarefulReader {
  readonly texts: string[] = []
  readonly #subscribe: (from: StartingPosition) => AsyncGenerator<SubscribeToShardEvent>
  #events: AsyncGenerator<SubscribeToShardEvent> | undefined
  #position: StartingPosition = horizon
  #last = 0n

  constructor(subscribe: (from: StartingPosition) => AsyncGenerator<SubscribeToShardEvent>) {
    this.#subscribe = subscribe
  }

  async readUntil(count: number, { clock }: FaultyKinesis): Promise<void> {
    while (this.texts.length < count) {
      this.#events ??= this.#subscribe(this.#position)
      const patience = clock.sleep(400_000).then(() => ({ value: undefined, done: true }) as const)
      const next = await Promise.race([this.#events.next(), patience]).catch(() => undefined)
      if (next?.value !== undefined) this.#take(next.value)
      else {
        this.#events = undefined
        await clock.sleep(5000)
      }
    }
  }

  #take(event: SubscribeToShardEvent): void {
    for (const { SequenceNumber, Data } of event.Records!) {
      const number = BigInt(SequenceNumber!)
      if (number > this.#last) this.texts.push(Buffer.from(Data!).toString())
      if (number > this.#last) this.#last = number
    }
    this.#position = { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: event.ContinuationSequenceNumber }
  }
}

function textsOf(event: SubscribeToShardEvent | undefined): string[] {
  return event?.Records?.map(({ Data }) => Buffer.from(Data!).toString()) ?? []
}
