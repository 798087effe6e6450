import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openAggregate } from '../../../../connectors/kinesis/kpl/aggregated-record.ts'
import {
  aggregated,
  bytesField,
  message,
  sealed,
  textField,
  type UserRecord,
  varint,
  varintField,
} from './encoder.ts'
import { userRecordsOf } from './user-records-of.ts'

const vector = Buffer.from(
  'f3899ac20a01610a01621a0508001a01781a0608011a02797a6fe1bc1407aabc41e3e0c88f3f668baf',
  'hex',
)
const x = (partitionKey = 'a'): UserRecord => ({ partitionKey, data: Buffer.from('x') })
const key = textField(1, 'a')
const record = bytesField(3, Buffer.concat([varintField(1, 0), textField(3, 'x')]))
const opens = (...parts: Uint8Array[]) => openAggregate(sealed(Buffer.concat(parts))) !== undefined

describe('an aggregated record', () => {
  test('of the public description is opened, and written the same by the encoder of these tests', () => {
    const records = [
      { partitionKey: 'a', data: Buffer.from('x') },
      { partitionKey: 'b', data: Buffer.from('yz') },
    ]
    expect(userRecordsOf(vector)).toEqual(records)
    expect(aggregated(records)).toEqual(vector)
  })

  test('gives views of its bytes, no copies', () => {
    const data = openAggregate(vector)!.data(1)
    expect(data.buffer).toBe(vector.buffer)
    expect(Buffer.from(data).toString()).toBe('yz')
  })

  test('may lie anywhere in a larger buffer', () => {
    const around = Buffer.concat([Buffer.alloc(7, 0xff), vector, Buffer.alloc(9, 0xff)])
    expect(userRecordsOf(around.subarray(7, 7 + vector.length))).toHaveLength(2)
    expect(userRecordsOf(new Uint8Array(around).subarray(7, 7 + vector.length))).toHaveLength(2)
  })

  test('may hold no user record, and records without data', () => {
    expect(userRecordsOf(sealed(key))).toEqual([])
    expect(userRecordsOf(aggregated([{ partitionKey: '', data: Buffer.alloc(0) }]))).toEqual([
      { partitionKey: '', data: Buffer.alloc(0) },
    ])
  })

  test('however written, holds what was put into it', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 }).map((it) => Buffer.from(it).toString())
    const hashKey = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(String)
    const userRecord = fc.record({
      partitionKey: fc.oneof(text, fc.constantFrom('a', '10', '2', '__proto__')),
      explicitHashKey: fc.option(hashKey, { nil: undefined }),
      data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      tags: fc.array(fc.record({ key: text, value: text }, { requiredKeys: ['key'] }), { maxLength: 2 }),
    })
    const unknownField = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => varintField(5, value)),
      fc.uint8Array({ maxLength: 9 }).map((bytes) => bytesField(17, bytes)),
      fc.constant(Buffer.concat([varint((6 << 3) | 1), Buffer.alloc(8, 0xff)])),
      fc.constant(Buffer.concat([varint((7 << 3) | 5), Buffer.alloc(4, 0xff)])),
      fc.constant(
        Buffer.concat([
          varint((8 << 3) | 3),
          varint((9 << 3) | 3),
          varintField(1, 1),
          varint((9 << 3) | 4),
          varint((8 << 3) | 4),
        ]),
      ),
    )
    const manner = fc.record({
      dedupe: fc.boolean(),
      tablesLast: fc.boolean(),
      unknown: fc.array(unknownField, { maxLength: 3 }).map((fields) => Buffer.concat(fields)),
    })
    fc.assert(
      fc.property(fc.array(userRecord, { maxLength: 30 }), manner, (records, written) => {
        const content = message(records, written)
        fc.pre(content.length > 0)
        expect(userRecordsOf(sealed(content))).toEqual(
          records.map(({ partitionKey, data }) => ({ partitionKey, data })),
        )
      }),
      { numRuns: 500 },
    )
  })

  test('of more than a million user records in ten mebibytes is opened', () => {
    const small = Buffer.concat(Array(Math.floor((10 * 2 ** 20 - 30) / record.length)).fill(record))
    const aggregate = openAggregate(sealed(Buffer.concat([key, small])))!
    expect(aggregate.size).toBeGreaterThan(1_000_000)
    expect(Buffer.from(aggregate.data(aggregate.size - 1)).toString()).toBe('x')
  })
})

describe('a record that begins like an aggregated one stands for itself', () => {
  test('if it is not longer than magic and checksum', () => {
    expect(openAggregate(sealed(Buffer.alloc(0)))).toBeUndefined()
    for (let length = 0; length < vector.length; length++) {
      expect(openAggregate(vector.subarray(0, length)), `${length} bytes`).toBeUndefined()
    }
  })

  test('if any bit of it is another', () => {
    for (let bit = 0; bit < vector.length * 8; bit++) {
      const changed = Buffer.from(vector)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(openAggregate(changed), `bit ${bit}`).toBeUndefined()
    }
  })

  test('if a byte follows', () => {
    expect(openAggregate(Buffer.concat([vector, Buffer.alloc(1)]))).toBeUndefined()
  })

  test('if an index leads nowhere', () => {
    const at = (index: number | bigint) =>
      opens(key, bytesField(3, Buffer.concat([varintField(1, index), textField(3, 'x')])))
    expect(at(0)).toBe(true)
    for (const index of [1, 127, 128, 2 ** 31, 2 ** 32, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(at(index), String(index)).toBe(false)
    }
    const explicit = Buffer.concat([varintField(1, 0), varintField(2, 0), textField(3, 'x')])
    expect(opens(key, textField(2, '5'), bytesField(3, explicit))).toBe(true)
    expect(opens(key, bytesField(3, explicit))).toBe(false)
  })

  test('if a required field is missing', () => {
    expect(opens(key, record)).toBe(true)
    expect(opens(key, bytesField(3, varintField(1, 0)))).toBe(false)
    expect(opens(key, bytesField(3, textField(3, 'x')))).toBe(false)
    expect(opens(key, bytesField(3, Buffer.alloc(0)))).toBe(false)
    const tagged = (tag: Uint8Array) =>
      opens(key, bytesField(3, Buffer.concat([varintField(1, 0), textField(3, 'x'), bytesField(4, tag)])))
    expect(tagged(textField(1, 'key'))).toBe(true)
    expect(tagged(textField(2, 'value'))).toBe(false)
  })

  test('if a known field has another wire type', () => {
    expect(opens(key, record, varintField(1, 0))).toBe(false)
    expect(opens(key, record, varintField(2, 0))).toBe(false)
    expect(opens(key, record, varintField(3, 0))).toBe(false)
    expect(
      opens(key, bytesField(3, Buffer.concat([textField(1, ''), varintField(1, 0), textField(3, 'x')]))),
    ).toBe(false)
    expect(
      opens(key, bytesField(3, Buffer.concat([varintField(1, 0), textField(3, 'x'), textField(2, '')]))),
    ).toBe(false)
  })

  test('if a wire type or a field number does not exist', () => {
    for (const tag of [0, 1, 7, (9 << 3) | 6, (9 << 3) | 7, 2n ** 32n]) {
      expect(opens(key, record, varint(tag), Buffer.alloc(8)), String(tag)).toBe(false)
    }
  })

  test('if a length leads over the end, of the message or of the one around it', () => {
    expect(opens(key, record, varint((1 << 3) | 2), varint(1))).toBe(false)
    expect(opens(key, record, varint((1 << 3) | 2), varint(2n ** 64n - 1n))).toBe(false)
    expect(
      opens(key, bytesField(3, Buffer.concat([varintField(1, 0), varint((3 << 3) | 2), varint(2)])), record),
    ).toBe(false)
    expect(opens(key, record, varint((9 << 3) | 1), Buffer.alloc(7))).toBe(false)
    expect(opens(key, record, varint((9 << 3) | 5), Buffer.alloc(3))).toBe(false)
  })

  test('if a varint does not end within ten bytes; one that is longer than it need be is fine', () => {
    const long = (bytes: number) => Buffer.concat([Buffer.alloc(bytes - 1, 0x80), Buffer.alloc(1)])
    const indexed = (index: Uint8Array) =>
      opens(key, bytesField(3, Buffer.concat([varint(1 << 3), index, textField(3, 'x')])))
    expect(indexed(long(10))).toBe(true)
    expect(indexed(long(11))).toBe(false)
    expect(opens(key, record, varint((1 << 3) | 2), Buffer.alloc(1, 0x80))).toBe(false)
  })

  test('if groups do not match, or nest more than a hundred deep', () => {
    const begin = varint((9 << 3) | 3)
    const end = varint((9 << 3) | 4)
    const nested = (depth: number) =>
      opens(key, record, Buffer.concat(Array(depth).fill(begin)), Buffer.concat(Array(depth).fill(end)))
    expect(nested(1)).toBe(true)
    expect(nested(100)).toBe(true)
    expect(nested(101)).toBe(false)
    expect(nested(1_000_000)).toBe(false)
    expect(opens(key, record, begin)).toBe(false)
    expect(opens(key, record, end)).toBe(false)
    expect(opens(key, record, begin, varint((8 << 3) | 4))).toBe(false)
  })

  test('if an explicit hash key that is used is none', () => {
    const explicit = (explicitHashKey: string) =>
      openAggregate(aggregated([{ ...x(), explicitHashKey }])) !== undefined
    for (const good of ['0', '007', String(2n ** 128n - 1n)]) expect(explicit(good), good).toBe(true)
    for (const bad of ['', '-1', '1e3', ' 1', 'a', String(2n ** 128n), '0'.repeat(40)]) {
      expect(explicit(bad), bad).toBe(false)
    }
    expect(opens(key, textField(2, 'unused'), record)).toBe(true)
  })
})
