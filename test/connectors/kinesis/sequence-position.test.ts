import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatPosition, isAfter, parsePosition } from '../../../connectors/kinesis/sequence-position.ts'
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

test('sequence numbers come one after another as numbers do, not as texts', () => {
  expect([isAfter('10', '9'), isAfter('9', '10'), isAfter('9', '9')]).toEqual([true, false, false])
  fc.assert(
    fc.property(sequenceNumber, sequenceNumber, (a, b) => {
      expect(isAfter(a, b)).toBe(BigInt(a) > BigInt(b))
    }),
  )
})
