import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openAggregate } from '../../../../connectors/kinesis/kpl/aggregated-record.ts'
import { type RecordId, RecordIds } from '../../../../connectors/kinesis/kpl/record-id.ts'
import {
  AggregateSize,
  type UserRecord,
  writeAggregate,
} from '../../../../connectors/kinesis/kpl/write-aggregate.ts'
import { openedByAwslabs } from './awslabs.ts'
import { aggregated } from './encoder.ts'
import { userRecordsOf } from './user-records-of.ts'

const plain = fc.record({
  partitionKey: fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }).map((text) => `key ${text}`),
  explicitHashKey: fc.option(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(String), { nil: undefined }),
  data: fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
})
const records = fc.array(plain, { minLength: 1, maxLength: 60 })

const ids = fc.record({
  producer: fc.constantFrom('AAAAAAAAAAAA', 'zz-_09zz-_09'),
  lane: fc.constantFrom(0, 1, 65_535),
  ordinal: fc.oneof(
    fc.nat(5),
    fc.maxSafeNat().map((n) => n % 10 ** 15),
  ),
})
/** Ids of which some follow each other, as they mostly do. */
const runs = fc
  .array(fc.tuple(ids, fc.nat(20)), { minLength: 1, maxLength: 8 })
  .map((starts) =>
    starts.flatMap(([id, more]) =>
      Array.from(
        { length: more + 1 },
        (_, n): RecordId => ({ ...id, ordinal: Math.min(id.ordinal + n, 10 ** 15 - 1) }),
      ),
    ),
  )

const keysAndData = ({ partitionKey, data }: UserRecord) => ({ partitionKey, data: Buffer.from(data) })

describe('an aggregated record', () => {
  test('is, byte for byte, what the description of the format asks for', () => {
    const put = [
      { partitionKey: 'a', data: Buffer.from('x') },
      { partitionKey: 'b', data: Buffer.from('yz') },
    ]
    expect(writeAggregate(put).toString('hex')).toBe(
      'f3899ac20a01610a01621a0508001a01781a0608011a02797a6fe1bc1407aabc41e3e0c88f3f668baf',
    )
    fc.assert(
      fc.property(records, (some) => {
        expect(writeAggregate(some)).toEqual(aggregated(some))
      }),
    )
  })

  test('gives all records back, byte for byte, to the library of awslabs and to the source', () => {
    fc.assert(
      fc.property(records, fc.option(runs), (put, someIds) => {
        const tagged = put.map((record, n) => ({ ...record, id: someIds?.[n % someIds.length] }))
        const data = writeAggregate(tagged)
        expect(openedByAwslabs(data).map(keysAndData)).toEqual(put.map(keysAndData))
        expect(userRecordsOf(data)).toEqual(put.map(keysAndData))
      }),
      { numRuns: 300 },
    )
  })

  test('weighs what was foreseen, or a little less', () => {
    fc.assert(
      fc.property(records, runs, (put, someIds) => {
        const size = new AggregateSize()
        for (const [n, record] of put.entries()) {
          const one = { ...record, id: someIds[n % someIds.length] }
          const foreseen = size.with(one)
          size.add(one)
          expect(size.sizeBytes).toBe(foreseen)
        }
        const written = writeAggregate(
          put.map((record, n) => ({ ...record, id: someIds[n % someIds.length] })),
        )
        expect(written.length).toBeLessThanOrEqual(size.sizeBytes)
        expect(written.length).toBeGreaterThan(size.sizeBytes - 3 * put.length - 3)
      }),
    )
  })

  test('of large records has lengths of several bytes', () => {
    const put = [{ partitionKey: 'a', data: Buffer.alloc(3_000_000, 7) }]
    expect(put[0]!.data.equals(openedByAwslabs(writeAggregate(put))[0]!.data)).toBe(true)
  })
})

describe('the ids of records in an aggregated record', () => {
  const idsIn = (data: Uint8Array) => {
    const aggregate = openAggregate(data)!
    const read = new RecordIds(aggregate)
    return Array.from({ length: aggregate.size }, (_, index) => read.at(index))
  }

  test('are those that were written', () => {
    fc.assert(
      fc.property(runs, (some) => {
        const put = some.map((id, n) => ({ partitionKey: `key ${n % 3}`, data: Buffer.from(`${n}`), id }))
        expect(idsIn(writeAggregate(put))).toEqual(some)
      }),
    )
  })

  test('can be asked for from the middle on', () => {
    const put = Array.from({ length: 10 }, (_, ordinal) => ({
      partitionKey: 'k',
      data: Buffer.from('d'),
      id: { producer: 'AAAAAAAAAAAA', lane: 3, ordinal },
    }))
    const read = new RecordIds(openAggregate(writeAggregate(put))!)
    expect(read.at(6)).toEqual(put[6]!.id)
    expect(read.at(9)).toEqual(put[9]!.id)
  })

  test('take a few bytes of an aggregated record, not of each record', () => {
    const put = Array.from({ length: 200 }, (_, ordinal) => ({
      partitionKey: `k${ordinal}`,
      data: Buffer.alloc(100),
      id: { producer: 'AAAAAAAAAAAA', lane: 3, ordinal: 1_000_000 + ordinal },
    }))
    const without = put.map(({ id: _, ...record }) => record)
    expect(writeAggregate(put).length - writeAggregate(without).length).toBeLessThan(48)
  })

  test('are none where other producers use tags of their own, or none', () => {
    const tags = [
      undefined,
      [{ key: 'millrace' }],
      [{ key: 'millrace', value: 'nonsense' }],
      [{ key: 'other', value: 'AAAAAAAAAAAA.0.0' }],
      [{ key: 'millrace', value: 'AAAAAAAAAAAA.65536.0' }],
      [{ key: 'millrace', value: 'AAAAAAAAAAAA.0.1000000000000000' }],
      [{ key: 'millrace', value: 'AAAAAAAAAAAA.01.0' }],
    ]
    for (const some of tags) {
      const put = { partitionKey: 'a', data: Buffer.from('x'), ...(some && { tags: some }) }
      expect(idsIn(aggregated([put, { partitionKey: 'a', data: Buffer.from('y') }]))).toEqual([
        undefined,
        undefined,
      ])
    }
  })

  test('end where a record has a tag that is no id', () => {
    const value = 'AAAAAAAAAAAA.1.7'
    const record = { partitionKey: 'a', data: Buffer.from('x') }
    const put = [
      { ...record, tags: [{ key: 'millrace', value }] },
      record,
      { ...record, tags: [{ key: 'millrace', value: '' }] },
      record,
    ]
    const id = (ordinal: number) => ({ producer: 'AAAAAAAAAAAA', lane: 1, ordinal })
    expect(idsIn(aggregated(put))).toEqual([id(7), id(8), undefined, undefined])
  })
})
