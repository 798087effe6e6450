import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  hashKeyFromDecimal,
  hashKeyOf,
  hashKeyToDecimal,
  initialRanges,
} from '../../../connectors/kinesis-local/streams/hash-key.ts'

const largest = 2n ** 128n - 1n

describe('hash keys', () => {
  test.each([
    ['a', '16955237001963240173058271559858726497', 0],
    ['foo', '229609063533823256041787889330700985560', 2],
  ])('partition key %s hashes to %s, which is in shard %i of 4', (partitionKey, decimal, shard) => {
    const key = hashKeyOf(partitionKey)
    expect(hashKeyToDecimal(key)).toBe(decimal)
    expect(initialRanges(4).findIndex(({ start, end }) => start <= key && key <= end)).toBe(shard)
  })

  test('partition keys are hashed as UTF-8', () => {
    expect(hashKeyOf('é')).toBe('66ddcd97cfdeabb2f6fb8a999b4bc76f')
  })

  test('the ranges of a new stream tile the whole space', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (count) => {
        const ranges = initialRanges(count).map(({ start, end }) => ({
          start: BigInt(`0x${start}`),
          end: BigInt(`0x${end}`),
        }))
        expect(ranges[0]!.start).toBe(0n)
        expect(ranges.at(-1)!.end).toBe(largest)
        for (let index = 1; index < count; index++) {
          expect(ranges[index]!.start).toBe(ranges[index - 1]!.end + 1n)
          expect(ranges[index]!.start).toBe(BigInt(index) * (2n ** 128n / BigInt(count)))
        }
      }),
    )
  })

  test('the order of the text is the order of the numbers', () => {
    const number = fc.bigInt({ min: 0n, max: largest })
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(hashKeyFromDecimal(String(a))! < hashKeyFromDecimal(String(b))!).toBe(a < b)
      }),
    )
  })

  test('a number of more than 128 bits is no hash key', () => {
    expect(hashKeyFromDecimal(String(largest))).toBe('f'.repeat(32))
    expect(hashKeyFromDecimal(String(largest + 1n))).toBeUndefined()
  })
})
