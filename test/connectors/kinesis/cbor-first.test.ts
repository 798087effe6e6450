import { GetRecordsCommand, KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { withCborFirst } from '../../../connectors/kinesis/cbor-first.ts'
import { LeanProtocol } from '../../../connectors/kinesis/lean-protocol.ts'
import { type Answer, cannedHandler, type SentRequest } from './canned-handler.ts'
import { cborOf } from './cbor/encoding.ts'

const cborType = 'application/x-amz-cbor-1.1'
const page = { Records: [], NextShardIterator: 'next', MillisBehindLatest: 0 }
const inJson = { body: JSON.stringify(page) }
const inCbor = { body: cborOf(page), contentType: cborType }

function client(answer: Answer) {
  const sent: string[] = []
  const told: string[] = []
  const kinesis = new KinesisClient({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    protocol: LeanProtocol,
    requestHandler: cannedHandler((request) => {
      sent.push(wireOf(request))
      return answer(request)
    }),
  })
  withCborFirst(kinesis, (error) => told.push((error as Error).name))
  const get = () => kinesis.send(new GetRecordsCommand({ ShardIterator: 'x' }))
  return { kinesis, get, sent, told }
}

function wireOf({ contentType }: SentRequest): string {
  return contentType === cborType ? 'cbor' : 'json'
}

const withoutCbor = (refusal: ReturnType<Answer>) => (request: SentRequest) =>
  wireOf(request) === 'cbor' ? refusal : inJson

test.each<[string, ReturnType<Answer>]>([
  ['404 without a word', { status: 404, body: '' }],
  ['404 in XML', { status: 404, body: '<UnknownOperationException/>', contentType: 'application/xml' }],
  ['415', { status: 415, body: JSON.stringify({ message: 'Unsupported Media Type' }) }],
  [
    'UnknownOperationException',
    { status: 400, body: JSON.stringify({ __type: 'UnknownOperationException' }) },
  ],
  ['SerializationException', { status: 400, body: JSON.stringify({ __type: 'SerializationException' }) }],
])(
  'a service that answers CBOR with %s is spoken to in JSON from then on, and that is told once',
  async (_name, refusal) => {
    const { get, sent, told } = client(withoutCbor(refusal))
    const [first, second] = await Promise.all([get(), get()])
    expect([first.NextShardIterator, second.NextShardIterator]).toEqual(['next', 'next'])
    expect(sent).toEqual(['cbor', 'cbor', 'json', 'json'])
    await get()
    expect(sent.at(-1)).toBe('json')
    expect(told).toHaveLength(1)
  },
)

test('after one answer in CBOR there is no more doubt', async () => {
  let answers = 0
  const { get, sent, told } = client(() => (answers++ === 0 ? inCbor : { status: 404, body: '' }))
  await get()
  await expect(get()).rejects.toThrow()
  expect(sent).toEqual(['cbor', 'cbor'])
  expect(told).toEqual([])
})

test('an error in CBOR is an answer in CBOR', async () => {
  const error = { __type: 'SerializationException', Message: 'no' }
  const { get, sent } = client(() => ({ status: 400, body: cborOf(error), contentType: cborType }))
  await expect(get()).rejects.toThrow('no')
  expect(sent).toEqual(['cbor'])
})

test.each<[string, ReturnType<Answer>]>([
  ['a throttle', { status: 400, body: JSON.stringify({ __type: 'ProvisionedThroughputExceededException' }) }],
  ['an outage', { status: 503, body: 'Service Unavailable' }],
  ['a lost connection', new Error('gone')],
])('%s says nothing about CBOR: one call stays one request', async (_name, failure) => {
  const { get, sent, told } = client(() => failure)
  await expect(get()).rejects.toThrow()
  await expect(get()).rejects.toThrow()
  expect(sent).toEqual(['cbor', 'cbor'])
  expect(told).toEqual([])
})

test('a service that refuses JSON too is asked in CBOR again', async () => {
  const { get, sent, told } = client(() => ({ status: 404, body: '' }))
  await expect(get()).rejects.toThrow()
  await expect(get()).rejects.toThrow()
  expect(sent).toEqual(['cbor', 'json', 'cbor', 'json'])
  expect(told).toEqual([])
})

test('calls that carry no records are in JSON from the start', async () => {
  const { kinesis, sent } = client(() => ({ body: '{"Shards":[]}' }))
  await kinesis.send(new ListShardsCommand({ StreamName: 'orders' }))
  expect(sent).toEqual(['json'])
})
