import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aggregatedByAwslabs, openedByAwslabs } from './awslabs.ts'
import { aggregated, type UserRecord } from './encoder.ts'
import { userRecordsOf } from './user-records-of.ts'

const records = fc.array(
  fc.record({
    partitionKey: fc.string({ minLength: 1, maxLength: 30 }).map((text) => `key ${text}`),
    explicitHashKey: fc.option(fc.bigInt({ min: 2n ** 64n, max: 2n ** 128n - 1n }).map(String), {
      nil: undefined,
    }),
    data: fc.uint8Array({ minLength: 1, maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
  }),
  { minLength: 1, maxLength: 40 },
)

test('what the library of awslabs has aggregated is opened', () => {
  fc.assert(
    fc.property(records, (put) => {
      const data = aggregatedByAwslabs(put)
      expect(userRecordsOf(data)).toEqual(put.map(({ partitionKey, data }) => ({ partitionKey, data })))
      expect(data).toEqual(aggregated(put))
    }),
    { numRuns: 300 },
  )
})

test('what the encoder of these tests has aggregated is opened by the library of awslabs', () => {
  // It takes the first explicit hash key for one that is missing, so those are not compared.
  const plain = ({ partitionKey, data }: UserRecord) => ({ partitionKey, data })
  fc.assert(
    fc.property(records, fc.boolean(), (put, dedupe) => {
      expect(openedByAwslabs(aggregated(put, { dedupe })).map(plain)).toEqual(put.map(plain))
    }),
    { numRuns: 300 },
  )
})
