import type { Random } from '../contract/clock.ts'
import type { MillraceError } from '../errors.ts'

const firstDelayMs = 1_000
const longestDelayMs = 60_000
const attemptsWithoutProgress = 10
/** An address that is wrong from the start should not take minutes to say so. */
const attemptsWithoutContact = 1

/** Whether a failed job starts again, and when. */
export type Restart =
  | { readonly decision: 'restart'; readonly delayMs: number }
  | { readonly decision: 'fail' }

/**
 * A failure that may pass leads to a restart from the last checkpoint, after a time that doubles with each attempt, from
 * 1 s to 60 s, less up to a half at random. After 10 attempts in a row without progress the job fails: progress is a
 * checkpoint after at least one fetch, since the checkpoint that every attempt begins with proves nothing.
 *
 * A service that has not answered once in this run is given up after one more attempt.
 *
 * @param attempt How many failures there were since the last progress, with this one.
 * @param contact Whether all sources and sinks have been opened once.
 */
export function decideRestart(
  error: MillraceError,
  attempt: number,
  random: Random,
  contact: boolean,
): Restart {
  const wrongFromTheStart = !contact && error.code === 'SOURCE_UNREACHABLE'
  const attempts = wrongFromTheStart ? attemptsWithoutContact : attemptsWithoutProgress
  if (!error.retryable || attempt > attempts) return { decision: 'fail' }
  const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1))
  return { decision: 'restart', delayMs: Math.round(delayMs * (1 - random() / 2)) }
}
