import { MillraceError } from '../src/errors.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { givenText } from '../src/graph/given-text.ts'
import type { Duration } from '../src/units.ts'
import type { Evictor } from './windows/evictor.ts'
import { lengthOf } from './windows/window-sizes.ts'

/**
 * Keeps the last so many records of a window, in the order of event time. (As Flink's `CountEvictor`, which goes by the
 * order of arrival.)
 *
 * @throws MillraceError `JOB_INVALID` if the number is not whole and at least 1.
 * @example
 * const lastTen = (words: WindowedStream<string, string, TimeWindow>) =>
 *   words.pipe(apply('last-ten', (_key, _window, records) => records, { evict: keepLast(10) }))
 */
export function keepLast<T>(records: number): Evictor<T> {
  if (!Number.isSafeInteger(records) || records < 1)
    throw new MillraceError('JOB_INVALID', `keepLast(${records}) takes a whole number of at least 1`)
  return { before: (all) => all.slice(-records) }
}

/**
 * Keeps the records whose event time is less than this before that of the window's last record. (As Flink's
 * `TimeEvictor`.)
 *
 * @throws MillraceError `JOB_INVALID` if the time is not a whole number of milliseconds of at least 1.
 * @example
 * const lastMinute = (words: WindowedStream<string, string, TimeWindow>) =>
 *   words.pipe(apply('last-minute', (_key, _window, records) => records, { evict: keepRecent('1m') }))
 */
export function keepRecent<T>(time: Duration): Evictor<T> {
  const ms = lengthOf(time, `keepRecent('${time}')`)
  return {
    before: (all) => {
      const newest = all.at(-1)?.timestamp ?? 0
      return all.filter(({ timestamp }) => timestamp > newest - ms)
    },
  }
}

/**
 * Keeps the records that differ from the window's last record by less than a threshold. (As Flink's `DeltaEvictor`.)
 *
 * @param delta How far a record is from the last one.
 * @example
 * const near = (degrees: WindowedStream<string, number, TimeWindow>) =>
 *   degrees.pipe(
 *     apply('near', (_key, _window, records) => records, { evict: keepNear(5, (one, last) => Math.abs(one - last)) }),
 *   )
 */
export function keepNear<T>(threshold: number, delta: (record: T, last: T) => number): Evictor<T> {
  if (typeof threshold !== 'number' || Number.isNaN(threshold))
    throw new MillraceError(
      'JOB_INVALID',
      `keepNear(…): the threshold is ${givenText(threshold)}, not a number`,
    )
  givenFunction(delta, 'keepNear')
  return {
    before: (all) => {
      const last = all.at(-1)
      return last === undefined ? all : all.filter(({ value }) => delta(value, last.value) < threshold)
    },
  }
}
