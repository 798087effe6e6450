import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  exponentialDelay,
  failureRate,
  fixedDelay,
  noRestart,
  type RestartStrategy,
} from '../../src/contract/restart-strategy.ts'
import { errorCodes, MillraceError } from '../../src/errors.ts'
import { decideRestart as decide, failuresKept } from '../../src/runtime/restart.ts'

const passing = new MillraceError('STORE_FAILED', 'the disk is full')
const lasting = new MillraceError('DATA_LOST', 'gone')

function decideRestart(error: MillraceError, attempt: number, random: () => number, contact: boolean) {
  return decide(exponentialDelay(), { error, attempt, failedAt: [], now: 0, contact }, random)
}

describe('a restart', () => {
  it('is never decided for what stays wrong', () => {
    expect(decideRestart(lasting, 1, () => 0, true)).toEqual({ decision: 'fail' })
  })

  it('comes after 1 s, 2 s, 4 s … and at most 60 s', () => {
    const delays = [1, 2, 3, 6, 7, 10].map((attempt) => decideRestart(passing, attempt, () => 0, true))
    expect(delays).toEqual(
      [1_000, 2_000, 4_000, 32_000, 60_000, 60_000].map((delayMs) => ({ decision: 'restart', delayMs })),
    )
  })

  it('is given up after ten in a row', () => {
    expect(decideRestart(passing, 10, () => 0, true).decision).toBe('restart')
    expect(decideRestart(passing, 11, () => 0, true)).toEqual({ decision: 'fail' })
  })

  it('is given up after one more attempt if the service has never answered', () => {
    const silent = new MillraceError('SOURCE_UNREACHABLE', 'nobody answers')
    const decisions = [1, 2].map((attempt) => decideRestart(silent, attempt, () => 0, false).decision)
    expect(decisions).toEqual(['restart', 'fail'])
    expect(decideRestart(new MillraceError('STORE_FAILED', 'full'), 2, () => 0, false).decision).toBe(
      'restart',
    )
  })

  it('takes between half and all of the time, whatever the error, the attempt and chance', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(
        fc.constantFrom(...errorCodes),
        fc.integer({ min: 1, max: 40 }),
        random,
        (code, attempt, chance) => {
          const error = new MillraceError(code, 'something')
          const restart = decideRestart(error, attempt, () => chance, true)
          if (restart.decision === 'fail') return !error.retryable || attempt > 10
          const longest = Math.min(60_000, 1_000 * 2 ** (attempt - 1))
          return error.retryable && restart.delayMs >= longest / 2 && restart.delayMs <= longest
        },
      ),
    )
  })
})

describe('a job that says when it restarts', () => {
  const facts = (attempt: number) => ({ error: passing, attempt, failedAt: [], now: 0, contact: true })
  const delays = (strategy: RestartStrategy, attempts: number[], chance = 0) =>
    attempts.map((attempt) => {
      const restart = decide(strategy, facts(attempt), () => chance)
      return restart.decision === 'fail' ? 'fail' : restart.delayMs
    })

  it('waits the same time always, as often as it says', () => {
    expect(delays(fixedDelay(), [1, 2])).toEqual([1_000, 'fail'])
    expect(delays(fixedDelay({ attempts: 2, delay: '5s' }), [1, 2, 3])).toEqual([5_000, 5_000, 'fail'])
  })

  it('waits longer each time, by its own figures', () => {
    const strategy = exponentialDelay({
      initialBackoff: '10s',
      maxBackoff: '25s',
      backoffMultiplier: 1.5,
      jitterFactor: 0.1,
      attempts: 3,
    })
    expect(delays(strategy, [1, 2, 3, 4])).toEqual([10_000, 15_000, 22_500, 'fail'])
    expect(delays(strategy, [1], 0.5)).toEqual([9_500])
    expect(delays(exponentialDelay({ attempts: Number.POSITIVE_INFINITY }), [1_000])).toEqual([60_000])
  })

  it('gives up when failures come too often, however much progress there is', () => {
    const strategy = failureRate({ maxFailuresPerInterval: 2, failureRateInterval: '1m', delay: '3s' })
    const decisions: string[] = []
    let failedAt: readonly number[] = []
    for (const now of [0, 30_000, 70_000, 80_000]) {
      failedAt = failuresKept(strategy, failedAt, now)
      decisions.push(decide(strategy, { ...facts(1), failedAt, now }, () => 0).decision)
    }
    expect(decisions).toEqual(['restart', 'restart', 'restart', 'fail'])
  })

  it('never restarts when it says so, and never for what stays wrong', () => {
    expect(delays(noRestart(), [1])).toEqual(['fail'])
    for (const strategy of [fixedDelay(), failureRate(), exponentialDelay()])
      expect(decide(strategy, { ...facts(1), error: lasting }, () => 0)).toEqual({ decision: 'fail' })
  })

  it.each([
    () => fixedDelay({ attempts: -1 }),
    () => fixedDelay({ attempts: 1.5 }),
    () => exponentialDelay({ backoffMultiplier: 0.5 }),
    () => exponentialDelay({ jitterFactor: 2 }),
    () => failureRate({ maxFailuresPerInterval: Number.NaN }),
  ])('is refused figures that are out of range: %s', (strategy) => {
    expect(strategy).toThrow(/JOB_INVALID: restart: /)
  })
})
