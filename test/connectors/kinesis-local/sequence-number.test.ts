import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SequenceDigits } from '../../../connectors/kinesis-local/streams/sequence-digits.ts'
import {
  formatSequenceNumber,
  parseSequenceNumber,
} from '../../../connectors/kinesis-local/streams/sequence-number.ts'

const parts = fc.record({
  shardCreatedSeconds: fc.integer({ min: 0, max: 2 ** 36 - 1 }),
  shardIndex: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  counter: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  seconds: fc.integer({ min: 0, max: 2 ** 36 - 1 }),
})

describe('sequence numbers', () => {
  test('a number that the service gave out has the parts that it is known to have', () => {
    const text = '49590338271490256608559692538361571095921575989136588898'
    const known = {
      shardCreatedSeconds: 0x05bf4e5c2,
      shardIndex: 6,
      counter: 0x67648a17n,
      seconds: Date.UTC(2018, 11, 17, 22, 10, 50) / 1000,
    }
    expect(parseSequenceNumber(text)).toEqual(known)
    expect(formatSequenceNumber(known)).toBe(text)
  })

  test('what was formatted is parsed back, and has 56 digits', () => {
    fc.assert(
      fc.property(parts, (given) => {
        const text = formatSequenceNumber(given)
        expect(text).toMatch(/^\d{56}$/)
        expect(parseSequenceNumber(text)).toEqual(given)
      }),
    )
  })

  test('other numbers are no sequence numbers', () => {
    const sound = formatSequenceNumber({ shardCreatedSeconds: 1, shardIndex: 1, counter: 1n, seconds: 1 })
    const damaged = String(BigInt(sound) + 1n)
    for (const text of ['', '0', '1', 'x', `${sound}0`, damaged, '9'.repeat(56)]) {
      expect(parseSequenceNumber(text)).toBeUndefined()
    }
  })

  test('digits that advance are those of plain arithmetic', () => {
    const step = fc.record({
      counters: fc.oneof(fc.constant(1), fc.integer({ min: -1000, max: 1e9 })),
      seconds: fc.oneof(fc.constant(0), fc.integer({ min: -5, max: 1e8 })),
    })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 34 }),
        fc.nat(10_000),
        fc.array(step),
        (created, index, steps) => {
          const digits = new SequenceDigits(created, index)
          let counter = 5000
          let seconds = created
          for (const move of steps) {
            counter = Math.max(0, counter + move.counters)
            seconds = Math.max(0, seconds + move.seconds)
            digits.moveTo(counter, seconds)
            expect(Buffer.from(digits.ascii).toString()).toBe(
              formatSequenceNumber({
                shardCreatedSeconds: created,
                shardIndex: index,
                counter: BigInt(counter),
                seconds,
              }),
            )
          }
        },
      ),
    )
  })

  test('digits carry over many nines', () => {
    const digits = new SequenceDigits(1_500_000_000, 3)
    for (let counter = 1; counter <= 20_000; counter++) digits.moveTo(counter, 1_500_000_000 + counter * 7)
    expect(Buffer.from(digits.ascii).toString()).toBe(
      formatSequenceNumber({
        shardCreatedSeconds: 1_500_000_000,
        shardIndex: 3,
        counter: 20_000n,
        seconds: 1_500_140_000,
      }),
    )
  })
})
