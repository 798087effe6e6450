import type { SessionWindows, TimeDomain, TimeWindow } from '../src/stream.ts'
import type { Duration } from '../src/units.ts'
import { lengthOf } from './windows/window-sizes.ts'

/**
 * Windows of activity: a key's records belong together while the pause between two is not longer than the gap. A window
 * runs from its first record to its last and the gap after it. Two sessions that are exactly a gap apart are one, as in
 * Flink's `EventTimeSessionWindows`; so a window closes when time is complete up to and with its end, and that is the
 * event time of its result. (Flink closes it an instant earlier, and then whether such sessions merge depends on which
 * came first.)
 *
 * @param options `time: 'processing'` goes by the clock instead of the records' time.
 * @throws MillraceError `JOB_INVALID` if the gap is not a whole number of milliseconds of at least 1.
 * @example
 * session('30m').gapMs // 1_800_000
 */
export function session(
  gap: Duration,
  { time = 'event' }: { readonly time?: TimeDomain } = {},
): SessionWindows<TimeWindow> {
  return {
    kind: 'session',
    name: `session of gap ${gap}${time === 'processing' ? ', processing time' : ''}`,
    time,
    gapMs: lengthOf(gap, `session('${gap}')`),
    window: (start, end) => ({ start, end }),
  }
}
