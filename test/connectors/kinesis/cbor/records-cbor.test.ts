import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RecordsCbor } from '../../../../connectors/kinesis/cbor/records-cbor.ts'
import { allOf } from '../all-of.ts'
import { cborOf } from './encoding.ts'

const chunkBytes = 65_536

function read(body: Buffer, size = chunkBytes) {
  const output = new RecordsCbor()
  // As a socket gives them: memory of their own.
  for (let at = 0; at < body.length; at += size)
    output.push(Buffer.from(Uint8Array.from(body.subarray(at, at + size)).buffer))
  const { Records, ...rest } = output.end()
  return { ...rest, Records: allOf(Records) }
}

const stored = (i: number, dataBytes: number) => ({
  sequenceNumber: String(10 ** 15 + i),
  arrivalTime: 0,
  partitionKey: `key ${i}`,
  data: Buffer.alloc(dataBytes, `record ${i} `),
})

const record = (i: number, dataBytes: number) => ({
  SequenceNumber: String(10 ** 15 + i),
  Data: Buffer.alloc(dataBytes, `record ${i} `),
  PartitionKey: `key ${i}`,
})

function body(sizes: readonly number[]): Buffer {
  return cborOf({
    MillisBehindLatest: 0,
    NextShardIterator: 'next',
    Records: sizes.map((size, i) => record(i, size)),
  })
}

test('a page is the same in chunks of any size', () => {
  const sizes = [0, 1, 23, 24, 255, 256, 3000, 0, 70_000, 5]
  const bytes = body(sizes)
  const whole = read(bytes, bytes.length)
  expect(whole.Records).toEqual(sizes.map((size, i) => stored(i, size)))
  for (const size of [1, 2, 7, 100, 1000, 4096, 65_536]) expect(read(bytes, size)).toEqual(whole)
})

test('whoever keeps a small value keeps one chunk, not the body, also beside a large one', () => {
  const { Records } = read(body([...Array.from({ length: 20_000 }, () => 200), 2 ** 20, 200, 200]))
  expect(Records).toHaveLength(20_003)
  for (const { data } of Records) {
    expect(data.buffer.byteLength).toBeLessThanOrEqual(data.length + 2 * chunkBytes)
  }
})

test('a large record in small chunks is not copied for each of them', () => {
  const bytes = body([10 * 2 ** 20])
  const startedAt = process.cpuUsage()
  expect(read(bytes, 1460).Records[0]?.data).toHaveLength(10 * 2 ** 20)
  const { user, system } = process.cpuUsage(startedAt)
  // Copied with every chunk it would be 36 GB, and take ten seconds.
  expect((user + system) / 1e6).toBeLessThan(2)
})

describe('what is no answer is a SyntaxError', () => {
  const good = { Records: [record(1, 5)], NextShardIterator: 'next', MillisBehindLatest: 7 }
  test.each<[string, unknown]>([
    ['no map', [good]],
    ['records that are no array', { ...good, Records: {} }],
    ['a record that is no map', { ...good, Records: [[]] }],
    ['a record without data', { ...good, Records: [{ SequenceNumber: '1' }] }],
    ['a record without a sequence number', { ...good, Records: [{ Data: Buffer.of(1) }] }],
    ['data that are text', { ...good, Records: [{ SequenceNumber: '1', Data: 'YQ==' }] }],
    ['a time that is text', { ...good, Records: [{ ...record(1, 5), ApproximateArrivalTimestamp: 'now' }] }],
    ['an iterator that is no text', { ...good, NextShardIterator: 5 }],
    ['a lag that is no number', { ...good, MillisBehindLatest: '5' }],
    ['children that are no array', { ...good, ChildShards: {} }],
  ])('%s', (_what, output) => {
    expect(() => read(cborOf(output))).toThrow(SyntaxError)
  })

  test('a body that was cut off anywhere, or goes on', () => {
    const bytes = cborOf(good)
    for (let end = 0; end < bytes.length; end++) {
      expect(() => read(bytes.subarray(0, end), 16)).toThrow(SyntaxError)
    }
    expect(() => read(Buffer.concat([bytes, Buffer.of(0)]), 16)).toThrow(SyntaxError)
    expect(() => read(Buffer.concat([bytes, Buffer.of(0)]))).toThrow(SyntaxError)
  })

  test('a body with any bytes changed gives an output or a SyntaxError', () => {
    const bytes = body([5, 300, 0, 40])
    const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) })
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 400 }),
        (changes, size) => {
          const changed = Buffer.from(bytes)
          for (const { at, to } of changes) changed[at] = to
          try {
            expect(read(changed, size)).toBeTypeOf('object')
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError)
          }
        },
      ),
      { numRuns: 3000 },
    )
  })
})
