import { Readable } from 'node:stream'
import {
  KinesisClient,
  type KinesisClientConfig,
  SubscribeToShardCommand,
  type SubscribeToShardEvent,
} from '@aws-sdk/client-kinesis'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sdkFanOutApi } from '../../../../connectors/kinesis/fan-out/sdk-fan-out-api.ts'
import { LeanProtocol } from '../../../../connectors/kinesis/lean-protocol.ts'
import { allOf } from '../all-of.ts'
import { type Choices, cborOf, choices } from '../cbor/encoding.ts'
import { eventBytes, exceptionEvent, initialResponse, shardEvent } from './event-stream-bytes.ts'

/** The same bytes for every subscription, in pieces as a socket brings them. */
function handler(pieces: () => readonly Uint8Array[]) {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
    destroy: () => {},
    handle: async () => ({
      response: {
        statusCode: 200,
        headers: { 'content-type': 'application/vnd.amazon.eventstream' },
        body: Readable.from(pieces()),
      },
    }),
  } as unknown as NonNullable<KinesisClientConfig['requestHandler']>
}

function clients(pieces: () => readonly Uint8Array[]): [lean: KinesisClient, sdk: KinesisClient] {
  const config = {
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: handler(pieces),
  }
  return [new KinesisClient({ ...config, protocol: LeanProtocol }), new KinesisClient(config)]
}

interface Outcome {
  readonly events: SubscribeToShardEvent[]
  readonly error: { readonly name: string; readonly message: string } | undefined
}

async function subscribe(client: KinesisClient): Promise<Outcome> {
  const events: SubscribeToShardEvent[] = []
  try {
    const { EventStream } = await client.send(
      new SubscribeToShardCommand({
        ConsumerARN: 'c',
        ShardId: 's',
        StartingPosition: { Type: 'TRIM_HORIZON' },
      }),
    )
    for await (const { SubscribeToShardEvent: event } of EventStream!) {
      events.push({
        ...event!,
        Records: event!.Records!.map((it) => ({ ...it, Data: Uint8Array.from(it.Data!) })),
      })
    }
    return { events, error: undefined }
  } catch (error) {
    const { name, message } = error as Error
    return { events, error: { name, message } }
  }
}

const record = fc.record(
  {
    SequenceNumber: fc.bigInt({ min: 0n, max: 10n ** 56n }).map(String),
    ApproximateArrivalTimestamp: fc.integer({ min: 0, max: 2e12 }).map((ms) => ms / 1000),
    Data: fc.uint8Array({ maxLength: 300 }).map((data) => Buffer.from(data).toString('base64')),
    PartitionKey: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    EncryptionType: fc.constantFrom('NONE', 'KMS'),
  },
  { requiredKeys: ['SequenceNumber', 'Data'] },
)
const child = fc.record({
  ShardId: fc.constant('shardId-000000000007'),
  ParentShards: fc.array(fc.constant('shardId-000000000001'), { minLength: 1, maxLength: 2 }),
  HashKeyRange: fc.constant({
    StartingHashKey: '0',
    EndingHashKey: '340282366920938463463374607431768211455',
  }),
})
const event = fc.record(
  {
    Records: fc.array(record, { maxLength: 12 }),
    ContinuationSequenceNumber: fc.bigInt({ min: 0n, max: 10n ** 56n }).map(String),
    MillisBehindLatest: fc.nat(),
    ChildShards: fc.array(child, { maxLength: 2 }),
  },
  { requiredKeys: ['Records', 'MillisBehindLatest'] },
)
const ending = fc.option(
  fc.tuple(
    fc.constantFrom('ResourceInUseException', 'InternalFailureException', 'NewException'),
    fc.string({ minLength: 1 }),
  ),
)

describe('a subscription', () => {
  test('gives from CBOR what the SDK gives from JSON', async () => {
    const frames = { cbor: [] as Uint8Array[], json: [] as Uint8Array[] }
    const [lean] = clients(() => frames.cbor)
    const [, sdk] = clients(() => frames.json)
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 4 }), ending, choices, async (events, end, how) => {
        const ends = end === null ? [] : [end]
        frames.json = [
          initialResponse,
          ...events.map(shardEvent),
          ...ends.map((one) => exceptionEvent(...one)),
        ]
        frames.cbor = [
          initialResponse,
          ...events.map((one) => frame(':event-type', 'SubscribeToShardEvent', inCbor(one), how)),
          ...ends.map(([name, message]) => frame(':exception-type', name, { message }, how)),
        ]
        const [ours, theirs] = [await pagesOf(lean), await pagesOf(sdk)]
        expect(ours.pages).toEqual(theirs.pages)
        expect(ours.error).toEqual(theirs.error)
      }),
      { numRuns: 60 },
    )
  })

  test('gives the events and the exception that the SDK gives', async () => {
    let pieces: Uint8Array[] = []
    const [lean, sdk] = clients(() => pieces)
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 5 }),
        ending,
        fc.integer({ min: 1, max: 3000 }),
        async (events, end, size) => {
          const frames = [initialResponse, ...events.map(shardEvent)]
          if (end !== null) frames.push(exceptionEvent(...end))
          pieces = inPieces(Buffer.concat(frames), size)
          const [ours, theirs] = [await subscribe(lean), await subscribe(sdk)]
          expect(ours.events).toEqual(theirs.events)
          expect(ours.error?.name).toEqual(theirs.error?.name)
          if (end !== null && end[0] !== 'NewException') expect(ours.error).toEqual(theirs.error)
        },
      ),
    )
  })

  test('whose continuation is null, which ends a shard, has none', async () => {
    const [lean] = clients(() => [
      initialResponse,
      shardEvent({ Records: [], ContinuationSequenceNumber: null, MillisBehindLatest: 0, ChildShards: [] }),
    ])
    const { events } = await subscribe(lean)
    expect(events[0]!.ContinuationSequenceNumber).toBeUndefined()
  })

  test('gives an error that the service did not model by its code', async () => {
    const headers = { ':message-type': 'error', ':error-code': 'Overloaded', ':error-message': 'too much' }
    const [lean, sdk] = clients(() => [initialResponse, eventBytes(headers, '')])
    const error = { name: 'Overloaded', message: 'too much' }
    expect((await subscribe(lean)).error).toEqual(error)
    expect((await subscribe(sdk)).error).toEqual(error)
  })

  test('ignores events of a kind that it does not know', async () => {
    const headers = { ':message-type': 'event', ':event-type': 'Novelty' }
    const [lean] = clients(() => [initialResponse, eventBytes(headers, '{}')])
    expect(await subscribe(lean)).toEqual({ events: [], error: undefined })
  })

  test('that breaks off within an event is not one that ended', async () => {
    const whole = shardEvent({ Records: [], ContinuationSequenceNumber: '1', MillisBehindLatest: 0 })
    for (let length = 1; length < whole.length; length += 7) {
      const [lean] = clients(() => [initialResponse, whole.subarray(0, length)])
      expect((await subscribe(lean)).error).toMatchObject({ name: 'DamagedFrame' })
    }
  })
})

function inPieces(bytes: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
  return pieces
}

/** An event as the service sends it to whoever asked in CBOR. */
function frame(kind: ':event-type' | ':exception-type', name: string, payload: object, how: Choices): Buffer {
  const message = kind === ':event-type' ? 'event' : 'exception'
  const type = 'application/x-amz-cbor-1.1'
  return eventBytes({ ':message-type': message, [kind]: name, ':content-type': type }, cborOf(payload, how))
}

interface JsonEvent {
  readonly Records: readonly { readonly Data: string; readonly ApproximateArrivalTimestamp?: number }[]
}

function inCbor({ Records, ...rest }: JsonEvent): object {
  const records = Records.map(({ Data, ApproximateArrivalTimestamp: seconds, ...members }) => ({
    ...members,
    Data: Buffer.from(Data, 'base64'),
    ...(seconds !== undefined && { ApproximateArrivalTimestamp: new Date(Math.round(seconds * 1000)) }),
  }))
  return { ...rest, Records: records }
}

/** What the source makes of the events of a subscription, and the name of the error that it ends with. */
async function pagesOf(client: KinesisClient) {
  const api = sdkFanOutApi(client, client, () => {})
  const pages: object[] = []
  try {
    const { signal } = new AbortController()
    const subscription = await api.subscribe('c', 's', { kind: 'trim-horizon' }, signal)
    for (let event = await subscription.next(); event; event = await subscription.next()) {
      const { records, sentAfter: _, sizeBytes: __, ...page } = event
      const copies = allOf(records).map((record) => ({ ...record, data: Uint8Array.from(record.data) }))
      pages.push({ ...page, records: copies })
    }
    return { pages, error: undefined }
  } catch (error) {
    return { pages, error: (error as Error).name }
  }
}
