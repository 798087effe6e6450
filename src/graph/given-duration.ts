import { MillraceError } from '../errors.ts'
import { type Duration, milliseconds } from '../units.ts'

/** As long as all the time that a `Date` can hold, to either side of 1970. */
const longestMs = 8.64e15

/**
 * A duration of the job in milliseconds, as a verb takes it.
 *
 * @param what What messages call it, as `the outOfOrder of eventTime(…)`.
 * @param leastMs The shortest one that makes sense. Default 0.
 * @throws MillraceError `JOB_INVALID` for what is no duration, or too short or long a one.
 */
export function givenDuration(given: Duration, what: string, leastMs = 0): number {
  const ms = msOf(given, what)
  if (ms >= leastMs && ms <= longestMs) return ms
  const least = leastMs > 0 ? `at least ${leastMs} ms and ` : ''
  throw new MillraceError(
    'JOB_INVALID',
    `${what} is '${shown(given)}': it must be ${least}at most 100000000 days`,
  )
}

function msOf(given: Duration, what: string): number {
  if (typeof given !== 'string') {
    throw new MillraceError(
      'JOB_INVALID',
      `${what} is ${String(given)}, not a duration with its unit, such as '30s'`,
    )
  }
  try {
    return milliseconds(given)
  } catch (cause) {
    throw new MillraceError('JOB_INVALID', `${what}: ${(cause as RangeError).message}`, { cause })
  }
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
