import { expect, test } from 'vitest'
import { clockLead } from '../../../connectors/kinesis/clock-lead.ts'

const lead = (askedAt: number, receivedAt: number, serverTime: number) =>
  clockLead({ askedAt, receivedAt, serverTime })

test('clocks agree where the time of the service may have been ours between question and answer', () => {
  expect(lead(5_400, 5_450, 5_000)).toBe(0)
  expect(lead(5_990, 6_010, 6_000)).toBe(0)
  // The answer lay there for an hour.
  expect(lead(5_400, 3_605_400, 5_000)).toBe(0)
})

test('the clock of the service is ahead by what nothing else explains', () => {
  expect(lead(5_400, 5_450, 65_000)).toBe(59_550)
})

test('it is behind by what its whole seconds do not explain', () => {
  expect(lead(65_400, 65_450, 5_000)).toBe(-59_400)
})
