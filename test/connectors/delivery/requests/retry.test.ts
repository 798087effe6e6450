import { describe, expect, test } from 'vitest'
import { nextAttempt } from '../../../../connectors/delivery/requests/retry.ts'

const facts = { failures: 1, waitedMs: 0, forMs: 3_600_000 }
const middle = () => 0.5

describe('the next attempt', () => {
  test('comes after twice the time of the one before, up to two minutes', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000].map((failures) =>
      nextAttempt({ ...facts, failures }, middle),
    )
    const seconds = [1, 2, 4, 8, 16, 32, 64, 120, 120, 120]
    expect(waits).toEqual(seconds.map((each) => ({ afterMs: each * 1000 })))
  })

  test('comes 15 % earlier or later by chance', () => {
    expect(nextAttempt(facts, () => 0)).toEqual({ afterMs: 850 })
    expect(nextAttempt(facts, () => 0.999999)).toEqual({ afterMs: 1150 })
    expect(nextAttempt({ ...facts, failures: 20 }, () => 0.999999)).toEqual({ afterMs: 120_000 })
  })

  test('is no later than the time that there is, and there is none after it', () => {
    expect(nextAttempt({ failures: 5, waitedMs: 9_000, forMs: 10_000 }, middle)).toEqual({ afterMs: 1000 })
    expect(nextAttempt({ failures: 6, waitedMs: 10_000, forMs: 10_000 }, middle)).toBe('give-up')
    expect(nextAttempt({ failures: 1, waitedMs: 0, forMs: 0 }, middle)).toBe('give-up')
  })

  test('leaves the destination alone for as long as it asks, within two minutes', () => {
    expect(nextAttempt({ ...facts, retryAfterMs: 30_000 }, middle)).toEqual({ afterMs: 30_000 })
    expect(nextAttempt({ ...facts, retryAfterMs: 3_000_000 }, middle)).toEqual({ afterMs: 120_000 })
    expect(nextAttempt({ ...facts, failures: 6, retryAfterMs: 1 }, middle)).toEqual({ afterMs: 32_000 })
  })
})
