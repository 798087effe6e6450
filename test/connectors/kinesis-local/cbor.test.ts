import { Decoder, Encoder } from 'cbor-x'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { readCbor } from '../../../connectors/kinesis-local/protocol/cbor-reader.ts'
import { cborValue } from '../../../connectors/kinesis-local/protocol/cbor-value.ts'
import { KinesisError } from '../../../connectors/kinesis-local/protocol/kinesis-error.ts'
import { cborBytes, cborCall, codecOptions, jsonInput, subscriptionFrames } from './cbor-call.ts'
import { rawCall } from './raw-call.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

/** Negative integers of more than 32 bits are left out: the other codec reads them wrong as numbers. */
const isReadAlike = (value: number) => value >= -(2 ** 32) || !Number.isInteger(value)
const leaf = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.maxSafeNat(),
  fc
    .double({ noNaN: true })
    .map((value) => value + 0)
    .filter(isReadAlike),
  fc.boolean(),
  fc.constant(null),
)
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
}))

describe('the values of CBOR', () => {
  test('come back as they were written', () => {
    fc.assert(fc.property(anyValue, (value) => void expect(readCbor(cborValue(value))).toEqual(value)))
  })

  test('are written so that another codec reads them, and read as it writes them', () => {
    const decoder = new Decoder(codecOptions)
    const encoder = new Encoder(codecOptions)
    const plain = anyValue.filter((value) => !JSON.stringify(value).includes('__proto__'))
    fc.assert(
      fc.property(plain, (value) => {
        expect(decoder.decode(cborValue(value))).toEqual(value)
        expect(readCbor(encoder.encode(value))).toEqual(value)
      }),
    )
  })

  test('have times in milliseconds under tag 1, and blobs as they are', () => {
    expect(cborValue(new Date(1_459_799_926_480)).toString('hex')).toBe('c11b00000153e2db26d0')
    expect(readCbor(hex('c11b00000153e2db26d0'))).toEqual(new Date(1_459_799_926_480))
    expect(cborValue(Buffer.from([1, 2])).toString('hex')).toBe('420102')
    expect(readCbor(hex('420102'))).toEqual(Buffer.from([1, 2]))
  })

  test('of indefinite length are read, as the clients for Java send them', () => {
    const input =
      'bf 67 5265636f726473 9f bf 64 44617461 5f 41 61 42 6263 ff 61 6b 7f 62 c3a9 61 78 ff ff ff ff'
    expect(readCbor(hex(input))).toEqual({ Records: [{ Data: Buffer.from('abc'), k: 'éx' }] })
    expect(readCbor(hex('bfff'))).toEqual({})
    expect(readCbor(hex('9fff'))).toEqual([])
  })

  test.each([
    ['f90000', 0],
    ['f93c00', 1],
    ['f97bff', 65504],
    ['f90001', 2 ** -24],
    ['f9c400', -4],
    ['f97c00', Number.POSITIVE_INFINITY],
    ['fa47c35000', 100_000],
    ['fb3ff199999999999a', 1.1],
    ['3903e7', -1000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['c249010000000000000000', hex('010000000000000000')],
    ['d9d9f783010203', [1, 2, 3]],
  ])('%s of the standard is read', (bytes, value) => expect(readCbor(hex(bytes))).toEqual(value))

  test.each([
    ...['', 'ff', '1c', '18', '5f', '5fff00', '5f6161ff', '9f01', 'bf6161ff', 'a1ff01', '81ff', '8201'],
    ...['c1ff', '5affffffff', '9bffffffffffffffff', '0000', 'a1', 'a101', '7f5fffff', 'df01', '1f', 'fc'],
  ])('%s is refused', (bytes) => {
    expect(() => readCbor(hex(bytes))).toThrow(KinesisError)
  })

  test.each([
    ['deep', '81'.repeat(40)],
    ['tagged all over', 'c1'.repeat(40)],
    ['of too many items', `9f${'00'.repeat(200_000)}ff`],
    ['of too many chunks', `5f${'40'.repeat(200_000)}ff`],
  ])('what is %s is refused', (_, bytes) => {
    expect(() => readCbor(hex(bytes))).toThrow('The body is not CBOR')
  })

  test('a member of any name is a member and nothing more', () => {
    const read = readCbor(cborValue(JSON.parse('{"__proto__":{"a":1},"constructor":2}'))) as object
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
    expect(Object.keys(read)).toEqual(['__proto__', 'constructor'])
  })

  test('any bytes give a value or a SerializationException', () => {
    const looksLikeCbor = fc.array(
      fc.oneof(fc.constantFrom(0xbf, 0x9f, 0xff, 0xa1, 0x81, 0x61, 0x41, 0xc1, 0x5f, 0x7f), fc.nat(255)),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), looksLikeCbor), (bytes) => {
        try {
          readCbor(Buffer.from(bytes))
        } catch (error) {
          expect(error).toBeInstanceOf(KinesisError)
        }
      }),
      { numRuns: 5000 },
    )
  })
})

describe('a server', () => {
  const start = Date.UTC(2026, 0, 1)
  let now = start
  let kinesis: readonly [LocalKinesis, LocalKinesis]
  beforeEach(async () => {
    now = start
    const clock = { now: () => now }
    kinesis = [await startLocalKinesis({ clock }), await startLocalKinesis({ clock })]
  })
  afterEach(() => Promise.all(kinesis.map((one) => one.close())))

  interface Outcome {
    readonly status: number
    readonly output: unknown
  }

  interface Outputs {
    readonly ShardIterator?: string
    readonly NextShardIterator?: string | null
  }

  /** Makes the same call in both encodings, each to a server of its own. They must agree. */
  async function call(operation: string, input: object): Promise<Outcome> {
    const json = await rawCall(kinesis[0].endpoint, operation, jsonInput(input))
    const output = json.text === '' ? undefined : JSON.parse(json.text)
    const cbor = await cborCall(kinesis[1].endpoint, operation, input)
    expect(cbor).toEqual({ status: json.status, contentType: 'application/x-amz-cbor-1.1', output })
    return { status: json.status, output }
  }

  const StreamName = 'orders'
  const shardId = (index: number) => `shardId-${String(index).padStart(12, '0')}`
  const key = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.constant(7))
  const record = fc.record({ Data: fc.uint8Array({ maxLength: 300 }).map(Buffer.from), PartitionKey: key })
  type Call = [string, object]
  const of =
    (operation: string) =>
    (input: object): Call => [operation, { StreamName, ...input }]
  const anyCall: fc.Arbitrary<Call> = fc.oneof(
    fc.record({ Records: fc.array(record, { maxLength: 30 }) }).map(of('PutRecords')),
    record.map(of('PutRecord')),
    fc.record({ more: fc.nat(400) }).map(of('wait')),
    fc.integer({ min: 1, max: 40 }).map((Limit): Call => ['GetRecords', { Limit }]),
    fc
      .nat(3)
      .map((shard) => ({ ShardId: shardId(shard), ShardIteratorType: 'TRIM_HORIZON' }))
      .map(of('GetShardIterator')),
    fc
      .integer({ min: -500, max: 500 })
      .map((ms) => ({
        ShardId: shardId(0),
        ShardIteratorType: 'AT_TIMESTAMP',
        Timestamp: new Date(start + ms),
      }))
      .map(of('GetShardIterator')),
    fc.constantFrom<Call>(
      ['DescribeStream', { StreamName }],
      ['DescribeStreamSummary', { StreamName: 'gone' }],
      ['DescribeStreamSummary', { StreamName: 7 }],
      ['ListShards', { StreamName, MaxResults: 1 }],
      ['ListStreams', {}],
      ['AddTagsToStream', { StreamName, Tags: { team: 'lake', é: '' } }],
      ['ListTagsForStream', { StreamName }],
      ['SplitShard', { StreamName, ShardToSplit: shardId(0), NewStartingHashKey: '4242' }],
      ['PutRecords', { StreamName, Records: [[]] }],
      ['NoSuchThing', {}],
    ),
  )

  test('answers in CBOR exactly what it answers in JSON', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc
        .asyncProperty(fc.array(anyCall, { maxLength: 12 }), async (calls) => {
          await call('CreateStream', { StreamName, ShardCount: 2 })
          let ShardIterator: unknown
          for (const [operation, input] of calls) {
            if (operation === 'wait') now += (input as { more: number }).more
            if (operation === 'wait' || (operation === 'GetRecords' && ShardIterator === undefined)) continue
            const more = operation === 'GetRecords' ? { ShardIterator } : {}
            const output = (await call(operation, { ...input, ...more })).output as Outputs | undefined
            ShardIterator = output?.ShardIterator ?? output?.NextShardIterator ?? ShardIterator
          }
        })
        .afterEach(() => call('DeleteStream', { StreamName }).then(() => {})),
      { numRuns: 60 },
    )
  })

  test('reads a closed shard to its children in CBOR', async () => {
    await call('CreateStream', { StreamName, ShardCount: 1 })
    await call('PutRecord', { StreamName, Data: Buffer.from([0, 255]), PartitionKey: 'é' })
    await call('SplitShard', { StreamName, ShardToSplit: shardId(0), NewStartingHashKey: '4242' })
    const { output } = await call('GetShardIterator', {
      ...{ StreamName, ShardId: shardId(0), ShardIteratorType: 'TRIM_HORIZON' },
    })
    const page = await call('GetRecords', output as object)
    expect(page.output).toMatchObject({
      NextShardIterator: null,
      MillisBehindLatest: 0,
      Records: [{ Data: 'AP8=', PartitionKey: 'é', ApproximateArrivalTimestamp: start / 1000 }],
      ChildShards: [{ ShardId: shardId(1) }, { ShardId: shardId(2) }],
    })
  })

  test('pushes events in CBOR to who subscribes in CBOR', async () => {
    const [, { endpoint }] = kinesis
    const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
    await call('CreateStream', { StreamName, ShardCount: 1 })
    await call('PutRecord', { StreamName, Data: Buffer.from([0, 255]), PartitionKey: 'é' })
    const { output } = await call('RegisterStreamConsumer', { StreamARN, ConsumerName: 'lake' })
    now += 1000
    await call('SplitShard', { StreamName, ShardToSplit: shardId(0), NewStartingHashKey: '4242' })
    const { ConsumerARN } = (output as { Consumer: { ConsumerARN: string } }).Consumer
    const frames = await subscriptionFrames(endpoint, {
      ...{ ConsumerARN, ShardId: shardId(0), StartingPosition: { Type: 'TRIM_HORIZON' } },
    })
    expect(frames.map(({ head }) => /(initial-response|SubscribeToShardEvent)/.exec(head)?.[1])).toEqual([
      'initial-response',
      'SubscribeToShardEvent',
    ])
    for (const { head } of frames) expect(head).toContain('application/x-amz-cbor-1.1')
    expect(frames.map(({ payload }) => payload)).toMatchObject([
      {},
      {
        Records: [{ Data: 'AP8=', PartitionKey: 'é', ApproximateArrivalTimestamp: start / 1000 }],
        ContinuationSequenceNumber: null,
        MillisBehindLatest: 0,
        ChildShards: [{ ShardId: shardId(1) }, { ShardId: shardId(2) }],
      },
    ])
  })

  test('takes an empty body for an empty input, and refuses base64 where bytes belong', async () => {
    const { endpoint } = kinesis[1]
    expect(await cborBytes(endpoint, 'ListStreams', Buffer.alloc(0))).toMatchObject({ status: 200 })
    await cborCall(endpoint, 'CreateStream', { StreamName, ShardCount: 1 })
    const refused = await cborCall(endpoint, 'PutRecord', { StreamName, Data: 'YQ==', PartitionKey: 'k' })
    expect(refused).toMatchObject({
      status: 400,
      output: { __type: 'SerializationException', Message: 'Data must be a blob' },
    })
  })
})
