import { MillraceError } from '../../src/errors.ts'
import { givenChoice } from '../../src/graph/given-choice.ts'
import { givenDuration } from '../../src/graph/given-duration.ts'
import type { Bounds, TimeDomain } from '../../src/stream.ts'
import { ZoneOffsets } from '../../src/time/zone-offsets.ts'
import type { Duration } from '../../src/units.ts'
import { utcBounds } from './utc-bounds.ts'
import { ZonedBounds } from './zoned-bounds.ts'

/** How windows of one size lie in time. */
export interface WindowPlacing {
  /**
   * How far the windows are moved from where they would begin: `tumbling('1d', { offset: '6h' })` is days from six to
   * six. Less than the size (of `sliding`: the slide). Default `'0s'`.
   */
  readonly offset?: Duration
  /**
   * The time zone, such as `'Europe/Berlin'`, whose clock windows go by: a day is then 23 or 25 hours long where the
   * clock is changed. Default: UTC.
   */
  readonly zone?: string
  /**
   * `'processing'`: by the clock when a record is processed, whatever its own time. Such results are not the same when
   * the job is run again. Default `'event'`.
   */
  readonly time?: TimeDomain
}

/**
 * The milliseconds of a length of windows.
 *
 * @throws MillraceError `JOB_INVALID` if it is not a whole number of at least 1.
 */
export function lengthOf(duration: Duration, what: string): number {
  const ms = givenDuration(duration, what)
  if (Number.isInteger(ms) && ms >= 1) return ms
  throw new MillraceError('JOB_INVALID', `${what} is not a whole number of milliseconds of at least 1`)
}

/** @throws MillraceError `JOB_INVALID` if the offset is no whole number below `limitMs`. */
export function offsetOf(
  { offset = '0s', time = 'event' }: WindowPlacing,
  limitMs: number,
  what: string,
): number {
  givenChoice(time, ['event', 'processing'], `the time of ${what}`)
  const ms = givenDuration(offset, `the offset of ${what}`)
  if (Number.isInteger(ms) && ms < limitMs) return ms
  throw new MillraceError(
    'JOB_INVALID',
    `the offset '${offset}' of ${what} is not a whole number of milliseconds that is less than its step`,
  )
}

/** @throws MillraceError `JOB_INVALID` for a zone that is not known. */
export function boundsOf(sizeMs: number, offsetMs: number, zone: string | undefined, what: string): Bounds {
  return zone === undefined
    ? utcBounds(sizeMs, offsetMs)
    : new ZonedBounds(zoneOf(zone, what), sizeMs, offsetMs)
}

/** What stands behind the sizes in the name of windows. */
export function placingName({ offset, zone, time }: WindowPlacing): string {
  const from = offset === undefined ? '' : ` from ${offset}`
  return `${from}${zone === undefined ? '' : ` in ${zone}`}${time === 'processing' ? ', processing time' : ''}`
}

export function zoneOf(zone: string, what: string): ZoneOffsets {
  try {
    return new ZoneOffsets(zone)
  } catch (cause) {
    throw new MillraceError('JOB_INVALID', `${what} names the time zone '${zone}', which is not known`, {
      cause,
    })
  }
}
