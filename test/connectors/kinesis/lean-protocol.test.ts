import {
  GetRecordsCommand,
  KinesisClient,
  ListShardsCommand,
  ProvisionedThroughputExceededException,
  PutRecordsCommand,
  type PutRecordsInput,
} from '@aws-sdk/client-kinesis'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CborReader } from '../../../connectors/kinesis/cbor/cbor-reader.ts'
import { withCborFirst } from '../../../connectors/kinesis/cbor-first.ts'
import { LeanProtocol } from '../../../connectors/kinesis/lean-protocol.ts'
import { sdkKinesisApi } from '../../../connectors/kinesis/sdk-kinesis-api.ts'
import { allOf } from './all-of.ts'
import { type Answer, cannedHandler } from './canned-handler.ts'
import { type Choices, cborOf, choices } from './cbor/encoding.ts'

function clients(answer: Answer): [lean: KinesisClient, sdk: KinesisClient] {
  const config = {
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: cannedHandler(answer),
  }
  return [new KinesisClient({ ...config, protocol: LeanProtocol }), new KinesisClient(config)]
}

const cborType = 'application/x-amz-cbor-1.1'
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
const bytes = fc.uint8Array({ maxLength: 300 })
const optional = { requiredKeys: ['SequenceNumber', 'Data'] as const }

const record = fc.record(
  {
    SequenceNumber: fc.bigInt({ min: 0n, max: 10n ** 56n }).map(String),
    ApproximateArrivalTimestamp: fc.integer({ min: 0, max: 2e12 }).map((ms) => ms / 1000),
    Data: bytes.map((data) => Buffer.from(data).toString('base64')),
    PartitionKey: text,
    EncryptionType: fc.constantFrom('NONE', 'KMS'),
  },
  { requiredKeys: [...optional.requiredKeys] },
)

const child = fc.record({
  ShardId: fc.constant('shardId-000000000007'),
  ParentShards: fc.array(fc.constant('shardId-000000000001'), { minLength: 1, maxLength: 2 }),
  HashKeyRange: fc.constant({
    StartingHashKey: '0',
    EndingHashKey: '340282366920938463463374607431768211455',
  }),
})

type JsonPage = (typeof page extends fc.Arbitrary<infer P> ? P : never) & {
  readonly Records: readonly { Data: string; ApproximateArrivalTimestamp?: number }[]
}

const page = fc.record(
  {
    Records: fc.array(record, { maxLength: 20 }),
    NextShardIterator: fc.option(text),
    MillisBehindLatest: fc.nat(),
    ChildShards: fc.array(child, { maxLength: 2 }),
  },
  { requiredKeys: ['Records'] },
)

/** The same output as the service writes it in CBOR, in the chunks in which a connection happens to bring it. */
function inCbor(output: JsonPage, how: Choices): Buffer {
  const Records = output.Records.map(({ Data, ApproximateArrivalTimestamp: seconds, ...rest }) => ({
    ...rest,
    Data: Buffer.from(Data, 'base64'),
    ApproximateArrivalTimestamp: seconds === undefined ? undefined : new Date(Math.round(seconds * 1000)),
    SomethingNew: { Nested: [1, null, 'text'] },
  }))
  return cborOf({ Another: [{}], ...output, Records }, how)
}

/** What the source sees of a page, but for its weight: keys weigh their bytes in CBOR, their characters elsewhere. */
async function pageBy(client: KinesisClient) {
  const api = sdkKinesisApi(client, 'orders', () => {})
  const { records, sizeBytes, ...rest } = await api.records('x', new AbortController().signal)
  const all = allOf(records).map((record) => ({ ...record, data: Uint8Array.from(record.data) }))
  expect(sizeBytes).toBeGreaterThanOrEqual(all.reduce((sum, { data }) => sum + data.length, 0))
  return { ...rest, records: all }
}

test('GetRecords in CBOR gives the records that the SDK gives in JSON, however it is cut into chunks', async () => {
  let [json, cbor, cuts]: [string, Buffer, readonly number[]] = ['', Buffer.alloc(0), []]
  const [lean, sdk] = clients((request) =>
    request.contentType === cborType ? { body: cbor, contentType: cborType, cuts } : { body: json },
  )
  withCborFirst(lean, () => expect.unreachable())
  const somewhere = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(page, choices, somewhere, async (output, how, at) => {
      json = JSON.stringify(output)
      cbor = inCbor(output, how)
      cuts = at.map((part) => Math.floor(part * cbor.length))
      const [ours, theirs] = await Promise.all([lean, sdk].map(pageBy))
      expect(ours).toEqual(theirs)
    }),
  )
})

test('GetRecords gives the records that the SDK gives', async () => {
  let body = ''
  const [lean, sdk] = clients(() => ({ body }))
  await fc.assert(
    fc.asyncProperty(page, async (output) => {
      body = JSON.stringify(output)
      const command = () => new GetRecordsCommand({ ShardIterator: 'x' })
      const [ours, theirs] = [await lean.send(command()), await sdk.send(command())]
      for (const { Records = [] } of [ours, theirs])
        for (const it of Records) it.Data = Uint8Array.from(it.Data!)
      expect(ours).toEqual(theirs)
    }),
  )
})

const putRecord = fc.record(
  { Data: bytes, PartitionKey: text, ExplicitHashKey: fc.nat().map(String) },
  { requiredKeys: ['Data', 'PartitionKey'] },
)
const putInput = fc.record(
  {
    StreamName: fc.constant('orders'),
    StreamARN: fc.constant('arn:aws:kinesis:us-east-1:000000000000:stream/orders'),
    Records: fc.array(putRecord, { maxLength: 20 }),
  },
  { requiredKeys: ['Records'] },
)

test('PutRecords sends what the SDK sends, and gives the results that the SDK gives', async () => {
  const bodies: string[] = []
  const results = {
    FailedRecordCount: 1,
    Records: [{ SequenceNumber: '1', ShardId: 's' }, { ErrorCode: 'InternalFailure' }],
  }
  const [lean, sdk] = clients((request) => {
    bodies.push(request.body)
    return { body: JSON.stringify(results) }
  })
  await fc.assert(
    fc.asyncProperty(putInput, async (input) => {
      const command = () => new PutRecordsCommand(input as PutRecordsInput)
      const [ours, theirs] = [await lean.send(command()), await sdk.send(command())]
      const [sentByUs, sentByThem] = bodies.splice(0).map((body) => JSON.parse(body) as unknown)
      expect(sentByUs).toEqual(sentByThem)
      expect(ours).toEqual(theirs)
    }),
  )
})

test('PutRecords in CBOR sends what the SDK sends in JSON, and gives the results that the SDK gives', async () => {
  const results = {
    FailedRecordCount: 1,
    Records: [{ SequenceNumber: '1', ShardId: 's' }, { ErrorCode: 'InternalFailure' }],
  }
  const sent: unknown[] = []
  const [lean, sdk] = clients(({ contentType, bytes, body }) => {
    sent.push(contentType === cborType ? new CborReader(bytes).value() : JSON.parse(body, blobs))
    return contentType === cborType
      ? { body: cborOf(results), contentType }
      : { body: JSON.stringify(results) }
  })
  withCborFirst(lean, () => expect.unreachable())
  await fc.assert(
    fc.asyncProperty(putInput, async (input) => {
      const command = () => new PutRecordsCommand(input as PutRecordsInput)
      expect(await lean.send(command())).toEqual(await sdk.send(command()))
      const [byUs, byThem] = sent.splice(0)
      expect(byUs).toEqual(byThem)
    }),
  )
})

function blobs(name: string, value: unknown): unknown {
  return name === 'Data' ? Buffer.from(value as string, 'base64') : value
}

test('errors in CBOR are those of the SDK', async () => {
  const answer = { __type: 'ProvisionedThroughputExceededException', message: 'slow down' }
  const [lean] = clients(() => ({ status: 400, body: cborOf(answer), contentType: cborType }))
  withCborFirst(lean, () => expect.unreachable())
  const failed = await lean.send(new GetRecordsCommand({ ShardIterator: 'x' })).catch((error) => error)
  expect(failed).toBeInstanceOf(ProvisionedThroughputExceededException)
  expect(failed).toMatchObject({ message: 'slow down', $metadata: { httpStatusCode: 400 } })
})

test('errors and other operations stay the work of the SDK', async () => {
  const [lean] = clients(({ target }) =>
    target === 'ListShards'
      ? { body: JSON.stringify({ Shards: [] }) }
      : { status: 400, body: JSON.stringify({ __type: 'ExpiredIteratorException', message: 'too old' }) },
  )
  await expect(lean.send(new GetRecordsCommand({ ShardIterator: 'x' }))).rejects.toMatchObject({
    name: 'ExpiredIteratorException',
    message: 'too old',
  })
  expect((await lean.send(new ListShardsCommand({ StreamName: 'orders' }))).Shards).toEqual([])
})

test('the lean way gives the bytes of each record in a view of its own', async () => {
  const [lean] = clients(() => ({
    body: JSON.stringify({
      Records: ['YQ==', '', 'YmM='].map((Data, i) => ({ SequenceNumber: String(i), Data })),
    }),
  }))
  const { Records = [] } = await lean.send(new GetRecordsCommand({ ShardIterator: 'x' }))
  expect(Records.map(({ Data }) => Buffer.from(Data!).toString())).toEqual(['a', '', 'bc'])
})
