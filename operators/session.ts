import { givenChoice } from '../src/graph/given-choice.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import type { SessionWindows, TimeDomain, TimeWindow } from '../src/stream.ts'
import type { Duration } from '../src/units.ts'
import { gapsBy } from './windows/gaps-by.ts'
import { lengthOf } from './windows/window-sizes.ts'

/**
 * Windows of activity: a key's records belong together while the pause between two is not longer than the gap. A window
 * runs from its first record to its last and the gap after it. Two sessions that are exactly a gap apart are one, as in
 * Flink's `EventTimeSessionWindows`; so a window closes when time is complete up to and with its end, and that is the
 * event time of its result. (Flink closes it an instant earlier, and then whether such sessions merge depends on which
 * came first.)
 *
 * @param gap Or a function that says for each record how long it keeps its session open: it must depend on nothing but
 *   the record. Records belong together if one comes before the other's gap is over, or exactly then, whatever their order.
 *   (As Flink's `withDynamicGap`.)
 * @param options `time: 'processing'` goes by the clock instead of the records' time.
 * @throws MillraceError `JOB_INVALID` if the gap is not a whole number of milliseconds of at least 1; while running
 *   `OPERATOR_FAILED` for a record whose gap is none.
 * @example
 * session('30m').gapMs // 1_800_000
 * @example
 * const visits = (clicks: KeyedStream<string, { paying: boolean }>) =>
 *   clicks.pipe(window(session((click) => (click.paying ? '2h' : '30m'))), aggregate('visits', { clicks: count() }))
 */
export function session<T = unknown>(
  gap: Duration | ((record: T) => Duration),
  { time = 'event' }: { readonly time?: TimeDomain } = {},
): SessionWindows<TimeWindow, T> {
  if (typeof gap === 'function') givenFunction(gap, 'session', 'the gap')
  givenChoice(time, ['event', 'processing'], 'session(…): time')
  return {
    kind: 'session',
    name: `session of ${typeof gap === 'string' ? `gap ${gap}` : 'a gap by record'}${time === 'processing' ? ', processing time' : ''}`,
    time,
    gapMs: typeof gap === 'function' ? gapsBy(gap) : lengthOf(gap, `session('${gap}')`),
    window: (start, end) => ({ start, end }),
  }
}
