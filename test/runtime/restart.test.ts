import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorCodes, MillraceError } from '../../src/errors.ts'
import { decideRestart } from '../../src/runtime/restart.ts'

const passing = new MillraceError('STORE_FAILED', 'the disk is full')
const lasting = new MillraceError('DATA_LOST', 'gone')

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
