import { once } from 'node:events'
import { connect } from 'node:net'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fail, iteratorOf, put, readAll, shardId, succeed, textOf } from '../raw-call.ts'
import { FaultyKinesis } from './faulty-kinesis.ts'

let server: FaultyKinesis

beforeEach(async () => {
  server = await FaultyKinesis.start(2)
})
afterEach(() => server.kinesis.close())

const stream = { StreamName: 'orders' }
const lowest = '0'
const highest = String(2n ** 128n - 1n)

/** What has struck, without the kinds that have not. */
function injected() {
  return Object.fromEntries(Object.entries(server.kinesis.faults.injected).filter(([, count]) => count > 0))
}

async function stored(shard = 0): Promise<string[]> {
  server.kinesis.faults.clear()
  return (await readAll(server.endpoint, 'orders', shard)).map(textOf)
}

describe.each(['HTTP/2', 'HTTP/1.1'])('the AWS SDK over %s, which tries once', (version) => {
  let client: KinesisClient

  beforeEach(() => {
    client = new KinesisClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      ...(version === 'HTTP/1.1' && { requestHandler: new NodeHttpHandler() }),
    })
  })
  afterEach(() => client.destroy())

  const record = { ...stream, Data: Buffer.from('a record'), PartitionKey: 'k', ExplicitHashKey: lowest }
  const putOne = () => client.send(new PutRecordCommand(record))

  test('is throttled, in the way of each operation, and nothing is done', async () => {
    server.set({ kind: 'throttle', count: 3 })
    await expect(putOne()).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      message: 'Rate exceeded for shard shardId-000000000000 in stream orders under account 000000000000.',
    })
    await expect(client.send(new DescribeStreamSummaryCommand(stream))).rejects.toMatchObject({
      name: 'LimitExceededException',
    })
    const more = new CreateStreamCommand({ StreamName: 'more', ShardCount: 1 })
    await expect(client.send(more)).rejects.toMatchObject({ name: 'LimitExceededException' })
    await client.send(more)
    await putOne()
    expect(await stored()).toEqual(['a record'])
    expect(injected()).toEqual({ throttle: 3 })
  })

  test('is told of a failure inside', async () => {
    server.set({ kind: 'internal-failure', count: 1 })
    await expect(putOne()).rejects.toMatchObject({
      name: 'InternalFailureException',
      $metadata: { httpStatusCode: 500 },
    })
    expect(await stored()).toEqual([])
  })

  test('is told that its iterator has expired; a new one is as good', async () => {
    await putOne()
    server.set({ kind: 'expired-iterator', count: 1 })
    const first = new GetShardIteratorCommand({
      ...stream,
      ShardId: shardId(0),
      ShardIteratorType: 'TRIM_HORIZON',
    })
    const read = async () => {
      const { ShardIterator } = await client.send(first)
      return client.send(new GetRecordsCommand({ ShardIterator }))
    }
    await expect(read()).rejects.toMatchObject({
      name: 'ExpiredIteratorException',
      message: expect.stringContaining('tolerated delay of 300000 milliseconds'),
    })
    expect((await read()).Records).toHaveLength(1)
  })

  test('waits for a slow answer as long as the clock of the server says', async () => {
    server.set({ kind: 'slow', delay: '20m', operations: ['PutRecord'], count: 1 })
    const begun = server.clock.now()
    const slow = putOne()
    const meanwhile = client.send(new DescribeStreamSummaryCommand(stream))
    expect((await meanwhile).StreamDescriptionSummary?.StreamName).toBe('orders')
    await server.clock.until(slow)
    expect(server.clock.now() - begun).toBe(20 * 60_000)
    expect(await stored()).toEqual(['a record'])
  })

  test.each(['cut', 'lost-answer'] as const)('%s: the record is there, the answer is not', async (kind) => {
    server.set({ kind, operations: ['PutRecord'], count: 1 })
    const error = await putOne().catch((failure: Error) => failure)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toMatchObject({ $metadata: { httpStatusCode: 400 } })
    await putOne()
    expect(await stored()).toEqual(['a record', 'a record'])
    expect(injected()).toEqual({ [kind]: 1 })
  })

  test('gives up on an answer that is lost later than it waits', async () => {
    server.set({ kind: 'lost-answer', delay: '1h', operations: ['PutRecord'] })
    const giveUp = new AbortController()
    const put = client.send(new PutRecordCommand(record), { abortSignal: giveUp.signal })
    // What is asked later is answered earlier, so the put has been done.
    while (injected()['lost-answer'] !== 1) await client.send(new DescribeStreamSummaryCommand(stream))
    giveUp.abort()
    await expect(put).rejects.toMatchObject({ name: 'AbortError' })
    expect(await stored()).toEqual(['a record'])
  })

  test('has some of its records refused, which are those that are not stored', async () => {
    server.set({ kind: 'partial-put', count: 3, share: 0.3 })
    let left = Array.from({ length: 200 }, (_, id) => `record ${id}`)
    const errors = new Set<string>()
    while (left.length > 0) {
      const Records = left.map((text) => ({ Data: Buffer.from(text), PartitionKey: text }))
      const output = await client.send(new PutRecordsCommand({ ...stream, Records }))
      const failed = left.filter((_, place) => output.Records![place]!.ErrorCode !== undefined)
      expect(output.FailedRecordCount).toBe(failed.length)
      for (const { ErrorCode, ErrorMessage, SequenceNumber } of output.Records!) {
        if (ErrorCode === undefined) continue
        expect(SequenceNumber).toBeUndefined()
        errors.add(`${ErrorCode}: ${ErrorMessage?.replace(/\d{12}/g, '…')}`)
      }
      left = failed
    }
    expect([...errors].toSorted()).toEqual([
      'InternalFailure: Internal Service Failure.',
      'ProvisionedThroughputExceededException: Rate exceeded for shard shardId-… in stream orders under account ….',
    ])
    const all = [...(await stored(0)), ...(await stored(1))]
    expect(all.toSorted()).toEqual(Array.from({ length: 200 }, (_, id) => `record ${id}`).toSorted())
    expect(injected()['partial-put']).toBeGreaterThan(0)
  })
})

describe('on the wire', () => {
  const body = JSON.stringify({ ...stream, Data: 'YQ==', PartitionKey: 'k' })
  const request =
    'POST / HTTP/1.1\r\nHost: x\r\nAuthorization: x\r\nContent-Type: application/x-amz-json-1.1\r\n' +
    `X-Amz-Target: Kinesis_20131202.PutRecord\r\nContent-Length: ${body.length}\r\n\r\n${body}`

  /** All that the server sends until it ends the connection. */
  async function answerTo(text: string): Promise<string> {
    const socket = connect(Number(new URL(server.endpoint).port), '127.0.0.1')
    let answer = ''
    socket.setEncoding('utf8').on('data', (chunk) => {
      answer += chunk
    })
    socket.write(text)
    await once(socket, 'close')
    return answer
  }

  test('half of the answer comes, after its size was announced', async () => {
    server.set({ kind: 'cut', operations: ['PutRecord'] })
    const [head = '', half = ''] = (await answerTo(request)).split('\r\n\r\n')
    const size = Number(/content-length: (\d+)/i.exec(head)?.[1])
    expect(head).toMatch(/^HTTP\/1.1 200 /)
    expect(half).toMatch(/^\{"SequenceNumber":"\d+/)
    expect(half.length).toBe(Math.ceil(size / 2))
  })

  test('of an answer without a body nothing comes', async () => {
    server.set({ kind: 'cut', operations: ['DeleteStream'] })
    const deletion = request.replace('PutRecord', 'DeleteStream')
    expect(await answerTo(deletion)).toBe('')
    expect((await fail(server.endpoint, 'DescribeStreamSummary', stream)).type).toBe(
      'ResourceNotFoundException',
    )
  })

  test('nothing comes of an answer that is lost', async () => {
    server.set({ kind: 'lost-answer' })
    expect(await answerTo(request)).toBe('')
  })

  test('answers to requests in a row keep their order, whichever is slow', async () => {
    server.set({ kind: 'slow', delay: '5s', count: 1 })
    const wrong = request
      .replace('PutRecord', 'PutRecorb')
      .replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')
    const answer = await server.clock.until(answerTo(request + wrong))
    expect(answer).toMatch(/200 OK.*SequenceNumber.*400 Bad Request.*UnknownOperationException/s)
  })

  test('a server that closes waits for nothing', async () => {
    server.set({ kind: 'slow', delay: '1h', operations: ['PutRecord'] })
    const answer = answerTo(request)
    while (injected()['slow'] !== 1) await succeed(server.endpoint, 'ListStreams', {})
    await server.kinesis.close()
    expect(await answer).toBe('')
  })
})

describe('a fault is aimed', () => {
  const record = (hashKey: string) => ({
    ...stream,
    Data: 'YQ==',
    PartitionKey: 'k',
    ExplicitHashKey: hashKey,
  })

  test('at an operation', async () => {
    server.set({ kind: 'throttle', operations: ['ListShards', 'PutRecord'] })
    await succeed(server.endpoint, 'ListStreams', {})
    await fail(server.endpoint, 'ListShards', stream)
  })

  test('at a stream, by its name, its ARN or an iterator', async () => {
    await succeed(server.endpoint, 'CreateStream', { StreamName: 'visits', ShardCount: 1 })
    const iterators = {
      orders: await iteratorOf(server.endpoint, 'orders', 0),
      visits: await iteratorOf(server.endpoint, 'visits', 0),
    }
    server.set({ kind: 'throttle', stream: 'visits' })
    const arn = (name: string) => `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`
    const calls = (name: 'orders' | 'visits'): [string, object][] => [
      ['DescribeStreamSummary', { StreamName: name }],
      ['DescribeStreamSummary', { StreamARN: arn(name) }],
      ['ListTagsForResource', { ResourceARN: arn(name) }],
      ['GetRecords', { ShardIterator: iterators[name] }],
    ]
    for (const [operation, input] of calls('orders')) await succeed(server.endpoint, operation, input)
    for (const [operation, input] of calls('visits')) await fail(server.endpoint, operation, input)
  })

  test('at a shard, which a record reaches by its hash key', async () => {
    const ShardIterator = await iteratorOf(server.endpoint, 'orders', 1)
    server.set({ kind: 'throttle', shard: shardId(1) })
    await succeed(server.endpoint, 'PutRecord', record(lowest))
    await succeed(server.endpoint, 'DescribeStreamSummary', stream)
    await fail(server.endpoint, 'PutRecord', record(highest))
    await fail(server.endpoint, 'GetRecords', { ShardIterator })
    await fail(server.endpoint, 'SplitShard', {
      ...stream,
      ShardToSplit: shardId(1),
      NewStartingHashKey: '1',
    })
    expect(injected()).toEqual({ throttle: 3 })
  })

  test('at the records of a shard', async () => {
    server.set({ kind: 'partial-put', shard: shardId(1), share: 1, error: 'InternalFailure' })
    const both = [lowest, highest].map((ExplicitHashKey) => ({
      Data: 'YQ==',
      PartitionKey: 'k',
      ExplicitHashKey,
    }))
    const answer = await succeed(server.endpoint, 'PutRecords', { ...stream, Records: both })
    expect(answer).toMatchObject({
      FailedRecordCount: 1,
      Records: [{ ShardId: shardId(0) }, { ErrorCode: 'InternalFailure' }],
    })
    await succeed(server.endpoint, 'PutRecords', { ...stream, Records: both.slice(0, 1) })
    expect(injected()).toEqual({ 'partial-put': 1 })
  })

  test('elsewhere: then answers are what they are without it, whatever the input', async () => {
    const odd = [
      {},
      [],
      'x',
      7,
      null,
      { StreamName: 1, PartitionKey: {} },
      { ShardIterator: 'AAAA' },
      { StreamARN: 'arn' },
    ]
    const asked = async () => {
      const answers: unknown[] = []
      for (const operation of ['GetRecords', 'PutRecord', 'ListShards'])
        for (const input of odd) answers.push(await fail(server.endpoint, operation, input))
      return answers
    }
    const before = await asked()
    server.set({ kind: 'throttle', stream: 'nowhere' }, { kind: 'cut', shard: shardId(9) })
    expect(await asked()).toEqual(before)
    expect(injected()).toEqual({})
  })
})

describe('after a split', () => {
  const ids = (shards: readonly { ShardId: string }[]) => shards.map(({ ShardId }) => ShardId)

  beforeEach(() =>
    succeed(server.endpoint, 'SplitShard', {
      ...stream,
      ShardToSplit: shardId(0),
      NewStartingHashKey: String(2n ** 126n),
    }),
  )

  async function listed(): Promise<string[]> {
    const { Shards } = await succeed<{ Shards: { ShardId: string }[] }>(server.endpoint, 'ListShards', stream)
    const { StreamDescription } = await succeed<{ StreamDescription: { Shards: { ShardId: string }[] } }>(
      server.endpoint,
      'DescribeStream',
      stream,
    )
    expect(ids(StreamDescription.Shards)).toEqual(ids(Shards))
    return ids(Shards)
  }

  test('its children are listed late', async () => {
    server.set({ kind: 'delayed-shards', delay: '5s' })
    expect(await listed()).toEqual([0, 1].map(shardId))
    server.clock.advance(4999)
    expect(await listed()).toEqual([0, 1].map(shardId))
    server.clock.advance(1)
    expect(await listed()).toEqual([0, 1, 2, 3].map(shardId))
    expect(injected()).toEqual({ 'delayed-shards': 4 })
  })

  test('one of its children is listed late', async () => {
    server.set({ kind: 'delayed-shards', delay: '5s', shard: shardId(3) })
    expect(await listed()).toEqual([0, 1, 2].map(shardId))
  })

  test('the end of the parent does not name its children', async () => {
    const ShardIterator = await iteratorOf(server.endpoint, 'orders', 0)
    server.set({ kind: 'missing-children', count: 1 })
    const end = await succeed(server.endpoint, 'GetRecords', { ShardIterator })
    expect(end).toMatchObject({ NextShardIterator: null, Records: [] })
    expect(end).not.toHaveProperty('ChildShards')
    expect(await succeed(server.endpoint, 'GetRecords', { ShardIterator })).toMatchObject({
      ChildShards: [{ ShardId: shardId(2) }, { ShardId: shardId(3) }],
    })
  })

  test('puts find the children at once', async () => {
    server.set({ kind: 'delayed-shards', delay: '5s' })
    const answers = await put(server.endpoint, 'orders', ['a', 'b', 'c', 'd', 'e', 'f'])
    expect(ids(answers)).not.toContain(shardId(0))
  })
})

test('a fault that is cleared never strikes', async () => {
  server.set({ kind: 'throttle' }, { kind: 'partial-put' })
  await fail(server.endpoint, 'ListStreams', {})
  server.kinesis.faults.clear()
  for (let call = 0; call < 20; call++) await put(server.endpoint, 'orders', [`record ${call}`])
  expect(server.kinesis.faults.plan).toEqual({ faults: [] })
  expect(injected()).toEqual({ throttle: 1 })
  server.set({ kind: 'cut', rate: 0 })
  expect(injected()).toEqual({})
})
