import type { Random } from '../contract/clock.ts'
import type { MillraceError } from '../errors.ts'

const firstDelayMs = 1_000
const longestDelayMs = 60_000
const attemptsWithoutProgress = 10

/** Whether a failed job starts again, and when. */
export type Restart =
  | { readonly decision: 'restart'; readonly delayMs: number }
  | { readonly decision: 'fail' }

/**
 * A failure that may pass leads to a restart from the last checkpoint, after a time that doubles with each attempt, from
 * 1 s to 60 s, less up to a half at random. After 10 attempts in a row without progress the job fails: progress is a
 * checkpoint after at least one fetch, since the checkpoint that every attempt begins with proves nothing.
 *
 * @param attempt How many failures there were since the last progress, with this one.
 */
export function decideRestart(error: MillraceError, attempt: number, random: Random): Restart {
  if (!error.retryable || attempt > attemptsWithoutProgress) return { decision: 'fail' }
  const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1))
  return { decision: 'restart', delayMs: Math.round(delayMs * (1 - random() / 2)) }
}
