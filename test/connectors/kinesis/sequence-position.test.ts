import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  comparePositions,
  formatPosition,
  isAfter,
  parsePosition,
} from '../../../connectors/kinesis/sequence-position.ts'
import { sequenceTime } from '../../../connectors/kinesis/sequence-time.ts'

const sequenceNumber = fc.bigInt({ min: 0n, max: 10n ** 129n - 1n }).map(String)
const position = fc.record({ sequenceNumber, subSequence: fc.nat(999_999_999), more: fc.boolean() })

test('a position survives its text', () => {
  fc.assert(
    fc.property(position, (it) => {
      expect(parsePosition(formatPosition(it))).toEqual(it)
    }),
  )
})

test('positions are ordered as numbers, not as text', () => {
  expect(comparePositions(parsePosition('9:0'), parsePosition('10:0'))).toBeLessThan(0)
  expect(comparePositions(parsePosition('9:2'), parsePosition('9:10'))).toBeLessThan(0)
  fc.assert(
    fc.property(position, position, (a, b) => {
      expect(Math.sign(comparePositions(a, b))).toBe(-Math.sign(comparePositions(b, a)) + 0)
      const bigger = BigInt(a.sequenceNumber) > BigInt(b.sequenceNumber)
      if (a.sequenceNumber !== b.sequenceNumber) expect(comparePositions(a, b) > 0).toBe(bigger)
    }),
  )
})

test('a text that is no position is refused', () => {
  for (const text of [
    '',
    '1',
    '1:',
    ':1',
    '01:0',
    '1:00',
    '-1:0',
    'TRIM_HORIZON',
    '1:0 ',
    '1:+',
    '1:0++',
    '1+',
  ]) {
    expect(() => parsePosition(text), text).toThrow(RangeError)
  }
})

test('the time of a record is read from its sequence number where the number has it', () => {
  expect(sequenceTime('49590338271490256608559692538361571095921575989136588898')).toBe(
    Date.parse('2018-12-17T22:10:50Z'),
  )
  expect(sequenceTime('4711')).toBeUndefined()
})

test('sequence numbers come one after another as numbers do', () => {
  fc.assert(
    fc.property(sequenceNumber, sequenceNumber, (a, b) => {
      expect(isAfter(a, b)).toBe(BigInt(a) > BigInt(b))
    }),
  )
})
