import type { AlignedWindows, TimeWindow } from '../src/stream.ts'
import type { Duration } from '../src/units.ts'
import { boundsOf, lengthOf, offsetOf, placingName, type WindowPlacing } from './windows/window-sizes.ts'

/**
 * Windows of one size, side by side, aligned to 1970-01-01T00:00 in UTC or the named zone: `'1d'` is a day. (As Flink's
 * `TumblingEventTimeWindows` and `TumblingProcessingTimeWindows`; zones are ours.)
 *
 * @throws MillraceError `JOB_INVALID` if the size is not a whole number of milliseconds of at least 1, the offset is not
 *   less than the size, or the zone is not known.
 * @example
 * tumbling('1m').startOf(61_000) // 60_000
 * @example
 * const day = tumbling('1d', { zone: 'Europe/Berlin' })
 * const start = day.startOf(Date.UTC(2024, 2, 31, 12)) // the day on which summer time begins
 * day.endOf(start) - start // 23 * 3_600_000
 */
export function tumbling(size: Duration, placing: WindowPlacing = {}): AlignedWindows<TimeWindow> {
  const what = `tumbling('${size}')`
  const sizeMs = lengthOf(size, what)
  const { startOf, endOf } = boundsOf(sizeMs, offsetOf(placing, sizeMs, what), placing.zone, what)
  return {
    kind: 'aligned',
    name: `tumbling ${size}${placingName(placing)}`,
    time: placing.time ?? 'event',
    startOf,
    endOf,
    window: (start, end) => ({ start, end }),
  }
}
