import type { Random } from '../contract/clock.ts'
import type { RestartStrategy } from '../contract/restart-strategy.ts'
import type { MillraceError } from '../errors.ts'

/** An address that is wrong from the start should not take minutes to say so. */
const attemptsWithoutContact = 1

/** Whether a failed job starts again, and when. */
export type Restart =
  | { readonly decision: 'restart'; readonly delayMs: number }
  | { readonly decision: 'fail' }

/** What is known when a job has failed. */
export interface FailureFacts {
  readonly error: MillraceError
  /** How many failures there were since the last progress, with this one. */
  readonly attempt: number
  /** When the job has failed, this time included, as far back as the strategy looks. */
  readonly failedAt: readonly number[]
  readonly now: number
  /** Whether all sources and sinks have been opened once. */
  readonly contact: boolean
}

/**
 * A failure that may pass leads to a restart from the last checkpoint, when the strategy of the job says so. Progress is a
 * checkpoint after at least one fetch, since the checkpoint that every attempt begins with proves nothing.
 *
 * With the exponential delay a service that has not answered once in this run is given up after one more attempt.
 */
export function decideRestart(strategy: RestartStrategy, facts: FailureFacts, random: Random): Restart {
  const { error, attempt, failedAt, now, contact } = facts
  if (!error.retryable) return { decision: 'fail' }
  switch (strategy.kind) {
    case 'none':
      return { decision: 'fail' }
    case 'fixed-delay':
      return attempt > strategy.attempts ? { decision: 'fail' } : restart(strategy.delayMs)
    case 'failure-rate': {
      const recent = failedAt.filter((at) => now - at < strategy.intervalMs)
      return recent.length > strategy.failures ? { decision: 'fail' } : restart(strategy.delayMs)
    }
    case 'exponential-delay': {
      const { initialMs, longestMs, multiplier, jitter, attempts } = strategy
      const wrongFromTheStart = !contact && error.code === 'SOURCE_UNREACHABLE'
      if (attempt > (wrongFromTheStart ? attemptsWithoutContact : attempts)) return { decision: 'fail' }
      const delayMs = Math.min(longestMs, initialMs * multiplier ** (attempt - 1))
      return restart(delayMs * (1 - random() * jitter))
    }
  }
}

/** The times of failures that a strategy may still ask for, with one more. */
export function failuresKept(
  strategy: RestartStrategy,
  failedAt: readonly number[],
  now: number,
): readonly number[] {
  if (strategy.kind !== 'failure-rate') return []
  return [...failedAt.filter((at) => now - at < strategy.intervalMs), now]
}

function restart(delayMs: number): Restart {
  return { decision: 'restart', delayMs: Math.round(delayMs) }
}
