import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { fail, iteratorOf, put, rawCall, readAll, succeed } from './raw-call.ts'

let now = Date.UTC(2026, 0, 1)
let kinesis: LocalKinesis

beforeAll(async () => {
  kinesis = await startLocalKinesis({ clock: { now: () => now } })
  await succeed(kinesis.endpoint, 'CreateStream', { StreamName: 'orders', ShardCount: 2 })
  await succeed(kinesis.endpoint, 'CreateStream', {
    StreamName: 'elastic',
    StreamModeDetails: { StreamMode: 'ON_DEMAND' },
  })
})
afterAll(() => kinesis.close())

const errorOf = (operation: string, input: unknown, headers = {}) =>
  fail(kinesis.endpoint, operation, input, headers)

describe('requests that are no calls', () => {
  test.each(['{', '[1,', 'null', '[]', '"text"', '\u0000'])(
    'body %j is a SerializationException',
    async (body) => {
      expect(await errorOf('ListStreams', body)).toMatchObject({
        status: 400,
        type: 'SerializationException',
      })
    },
  )

  test('an empty body is an empty input', async () => {
    const answer = await rawCall(kinesis.endpoint, 'ListStreams', '')
    expect(JSON.parse(answer.text).StreamNames).toEqual(['elastic', 'orders'])
  })

  test.each(['Kinesis_20131202.Nothing', 'DynamoDB_20120810.ListTables', 'ListStreams', ''])(
    'target %j is unknown',
    async (target) => {
      const error = await errorOf('', {}, { 'x-amz-target': target })
      expect(error).toMatchObject({ status: 400, type: 'UnknownOperationException' })
    },
  )

  test('a target that the service knows is named as not supported yet', async () => {
    const { type, message } = await errorOf('ListChannels', {})
    expect(type).toBe('UnknownOperationException')
    expect(message).toContain('does not support ListChannels yet')
  })

  test('a request without authorization is refused', async () => {
    expect(await errorOf('ListStreams', {}, { authorization: undefined })).toEqual({
      status: 400,
      type: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    })
  })

  test('another content type is not found', async () => {
    const answer = await rawCall(kinesis.endpoint, 'ListStreams', {}, { 'content-type': 'text/plain' })
    expect(answer).toMatchObject({ status: 404, text: '<UnknownOperationException/>\n' })
  })

  test('CBOR is refused with the way out', async () => {
    const cbor = { 'content-type': 'application/x-amz-cbor-1.1' }
    expect((await errorOf('ListStreams', {}, cbor)).message).toContain('AWS_CBOR_DISABLE=true')
  })

  test('another method is denied', async () => {
    const answer = await fetch(kinesis.endpoint)
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('<AccessDeniedException>')
  })

  test('every answer carries request ids and the content type, also an empty one', async () => {
    const created = await rawCall(kinesis.endpoint, 'CreateStream', { StreamName: 'empty', ShardCount: 1 })
    const failed = await rawCall(kinesis.endpoint, 'CreateStream', { StreamName: 'empty', ShardCount: 1 })
    expect(created).toMatchObject({ status: 200, text: '' })
    expect(failed.status).toBe(400)
    for (const { headers } of [created, failed]) {
      expect(headers.get('content-type')).toBe('application/x-amz-json-1.1')
      expect(headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/)
      expect(headers.get('x-amz-id-2')).toBeTruthy()
    }
  })
})

const validRecord = { Data: 'YQ==', PartitionKey: 'k' }
const longKey = { Data: '', PartitionKey: 'x'.repeat(257) }
const shard = { StreamName: 'orders', ShardId: 'shardId-000000000000' }
const iterator = (more: object) => ({ ...shard, ...more })

describe('inputs that the service refuses', () => {
  test.each([
    ['a number as name', 'DescribeStream', { StreamName: 7 }, 'SerializationException'],
    [
      'data that is no base64',
      'PutRecord',
      { StreamName: 'orders', Data: '$$$$', PartitionKey: 'k' },
      'SerializationException',
    ],
    [
      'data without padding',
      'PutRecord',
      { StreamName: 'orders', Data: 'YQ', PartitionKey: 'k' },
      'SerializationException',
    ],
    [
      'a number as data',
      'PutRecord',
      { StreamName: 'orders', Data: 7, PartitionKey: 'k' },
      'SerializationException',
    ],
    [
      'a record that is none',
      'PutRecords',
      { StreamName: 'orders', Records: ['x'] },
      'SerializationException',
    ],
    [
      'records that are no list',
      'PutRecords',
      { StreamName: 'orders', Records: {} },
      'SerializationException',
    ],
    ['a fraction as limit', 'ListStreams', { Limit: 1.5 }, 'SerializationException'],
    ['no name', 'CreateStream', { ShardCount: 1 }, 'ValidationException'],
    ['null as name', 'CreateStream', { StreamName: null, ShardCount: 1 }, 'ValidationException'],
    ['a name with a slash', 'CreateStream', { StreamName: 'a/b', ShardCount: 1 }, 'ValidationException'],
    ['a long name', 'CreateStream', { StreamName: 'a'.repeat(129), ShardCount: 1 }, 'ValidationException'],
    ['no shards', 'CreateStream', { StreamName: 'new', ShardCount: 0 }, 'ValidationException'],
    ['no shard count', 'CreateStream', { StreamName: 'new' }, 'ValidationException'],
    ['too many shards', 'CreateStream', { StreamName: 'new', ShardCount: 10_001 }, 'LimitExceededException'],
    ['a taken name', 'CreateStream', { StreamName: 'orders', ShardCount: 1 }, 'ResourceInUseException'],
    ['no stream', 'DescribeStream', {}, 'InvalidArgumentException'],
    ['a stream that is not there', 'DescribeStream', { StreamName: 'gone' }, 'ResourceNotFoundException'],
    [
      'the ARN of another account',
      'DescribeStream',
      { StreamARN: 'arn:aws:kinesis:us-east-1:111111111111:stream/orders' },
      'ResourceNotFoundException',
    ],
    [
      'a name and an ARN that differ',
      'DescribeStream',
      { StreamName: 'orders', StreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/elastic' },
      'InvalidArgumentException',
    ],
    ['no partition key', 'PutRecord', { StreamName: 'orders', Data: '' }, 'ValidationException'],
    [
      'an empty partition key',
      'PutRecord',
      { StreamName: 'orders', Data: '', PartitionKey: '' },
      'ValidationException',
    ],
    ['a long partition key', 'PutRecord', { StreamName: 'orders', ...longKey }, 'ValidationException'],
    ['no records', 'PutRecords', { StreamName: 'orders', Records: [] }, 'ValidationException'],
    [
      '501 records',
      'PutRecords',
      { StreamName: 'orders', Records: Array(501).fill(validRecord) },
      'ValidationException',
    ],
    [
      'a record over 1 MiB',
      'PutRecord',
      { StreamName: 'orders', Data: Buffer.alloc(2 ** 20).toString('base64'), PartitionKey: 'k' },
      'InvalidArgumentException',
    ],
    [
      'more than 10 MiB',
      'PutRecords',
      {
        StreamName: 'orders',
        Records: Array(11).fill({ Data: Buffer.alloc(2 ** 20 - 1).toString('base64'), PartitionKey: 'k' }),
      },
      'InvalidArgumentException',
    ],
    [
      'a hash key of 129 bits',
      'PutRecord',
      { StreamName: 'orders', ...validRecord, ExplicitHashKey: String(2n ** 128n) },
      'InvalidArgumentException',
    ],
    [
      'a hash key that is no number',
      'PutRecord',
      { StreamName: 'orders', ...validRecord, ExplicitHashKey: '0x1' },
      'ValidationException',
    ],
    [
      'a made up number for ordering',
      'PutRecord',
      { StreamName: 'orders', ...validRecord, SequenceNumberForOrdering: '12' },
      'InvalidArgumentException',
    ],
    [
      'no shard',
      'GetShardIterator',
      { StreamName: 'orders', ShardIteratorType: 'LATEST' },
      'ValidationException',
    ],
    [
      'a shard that is not there',
      'GetShardIterator',
      iterator({ ShardId: 'shardId-000000000009', ShardIteratorType: 'LATEST' }),
      'ResourceNotFoundException',
    ],
    ['an unknown type', 'GetShardIterator', iterator({ ShardIteratorType: 'NEWEST' }), 'ValidationException'],
    [
      'no sequence number',
      'GetShardIterator',
      iterator({ ShardIteratorType: 'AT_SEQUENCE_NUMBER' }),
      'InvalidArgumentException',
    ],
    [
      'no timestamp',
      'GetShardIterator',
      iterator({ ShardIteratorType: 'AT_TIMESTAMP' }),
      'InvalidArgumentException',
    ],
    [
      'a timestamp that is text',
      'GetShardIterator',
      iterator({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: 'now' }),
      'SerializationException',
    ],
    [
      'a time to come',
      'GetShardIterator',
      iterator({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: 4e9 }),
      'InvalidArgumentException',
    ],
    ['no iterator', 'GetRecords', {}, 'ValidationException'],
    ['an iterator that is none', 'GetRecords', { ShardIterator: 'AAAAAAAAAAE=' }, 'InvalidArgumentException'],
    ['a long iterator', 'GetRecords', { ShardIterator: 'A'.repeat(513) }, 'ValidationException'],
    ['a limit of zero', 'GetRecords', { ShardIterator: 'A', Limit: 0 }, 'ValidationException'],
    ['a limit of 10,001', 'GetRecords', { ShardIterator: 'A', Limit: 10_001 }, 'InvalidArgumentException'],
    ['a token that is none', 'ListShards', { NextToken: 'x' }, 'InvalidArgumentException'],
    [
      'a filter without its time',
      'ListShards',
      { StreamName: 'orders', ShardFilter: { Type: 'AT_TIMESTAMP' } },
      'InvalidArgumentException',
    ],
  ])('%s: %s', async (_, operation, input, type) => {
    expect(await errorOf(operation, input)).toMatchObject({ status: 400, type })
  })

  test('every broken constraint is told, with its place', async () => {
    const Records = [validRecord, { Data: '', PartitionKey: '' }]
    const { message } = await errorOf('PutRecords', { StreamName: '', Records })
    expect(message).toBe(
      "3 validation errors detected: Value '' at 'streamName' failed to satisfy constraint: " +
        "Member must have length greater than or equal to 1; Value '' at 'streamName' failed to satisfy constraint: " +
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value '' at 'records.2.member.partitionKey' " +
        'failed to satisfy constraint: Member must have length greater than or equal to 1',
    )
  })

  test('text of many megabytes is refused at once', async () => {
    const StreamARN = `arn:aws${':kinesis:'.repeat(1_500_000)}`
    expect((await errorOf('DescribeStream', { StreamARN })).type).toBe('ValidationException')
  })

  test('256 characters of two UTF-16 units each are a sound partition key', async () => {
    await succeed(kinesis.endpoint, 'PutRecord', {
      StreamName: 'elastic',
      Data: '',
      PartitionKey: '𝄞'.repeat(256),
    })
  })

  test('a malformed record stores none of its call', async () => {
    const before = (
      await Promise.all([0, 1].map((index) => readAll(kinesis.endpoint, 'orders', index)))
    ).flat()
    const Records = [
      validRecord,
      { ...validRecord, PartitionKey: 'foo' },
      { Data: '$$$$', PartitionKey: 'k' },
    ]
    expect((await errorOf('PutRecords', { StreamName: 'orders', Records })).type).toBe(
      'SerializationException',
    )
    const after = (
      await Promise.all([0, 1].map((index) => readAll(kinesis.endpoint, 'orders', index)))
    ).flat()
    expect(after).toEqual(before)
  })
})

describe('what has gone stale', () => {
  test('an iterator lives for 300 seconds', async () => {
    const ShardIterator = await iteratorOf(kinesis.endpoint, 'orders', 0)
    now += 300_000
    await succeed(kinesis.endpoint, 'GetRecords', { ShardIterator })
    now += 1
    const { type, message } = await errorOf('GetRecords', { ShardIterator })
    expect(type).toBe('ExpiredIteratorException')
    expect(message).toContain('tolerated delay of 300000 milliseconds')
  })

  test('a list token lives for 300 seconds', async () => {
    const first = await succeed(kinesis.endpoint, 'ListShards', { StreamName: 'orders', MaxResults: 1 })
    const { NextToken } = first as { NextToken: string }
    const both = await errorOf('ListShards', { StreamName: 'orders', NextToken })
    expect(both.type).toBe('InvalidArgumentException')
    now += 300_001
    expect((await errorOf('ListShards', { NextToken })).type).toBe('ExpiredNextTokenException')
  })

  test('a sequence number of another shard or stream, or of the future, is refused', async () => {
    const [zero] = await put(kinesis.endpoint, 'orders', ['a'])
    const [one] = await put(kinesis.endpoint, 'orders', ['foo'])
    expect([zero!.ShardId, one!.ShardId]).toEqual(['shardId-000000000000', 'shardId-000000000001'])
    now += 5000
    await succeed(kinesis.endpoint, 'CreateStream', { StreamName: 'later', ShardCount: 1 })
    const [other] = await put(kinesis.endpoint, 'later', ['a'])
    const future = String(BigInt(zero!.SequenceNumber) + 1000n * 2n ** 80n)
    for (const number of [one!.SequenceNumber, other!.SequenceNumber, future, '7']) {
      const error = await errorOf(
        'GetShardIterator',
        iterator({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: number }),
      )
      expect(error.type).toBe('InvalidArgumentException')
      expect(error.message).toContain('did not come from this stream')
    }
  })

  test('an iterator does not outlive its stream', async () => {
    await succeed(kinesis.endpoint, 'CreateStream', { StreamName: 'brief', ShardCount: 1 })
    const ShardIterator = await iteratorOf(kinesis.endpoint, 'brief', 0)
    await succeed(kinesis.endpoint, 'DeleteStream', { StreamName: 'brief' })
    now += 10
    await succeed(kinesis.endpoint, 'CreateStream', { StreamName: 'brief', ShardCount: 1 })
    expect((await errorOf('GetRecords', { ShardIterator })).type).toBe('ResourceNotFoundException')
  })
})
