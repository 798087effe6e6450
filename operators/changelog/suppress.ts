import { givenDuration } from '../../src/graph/given-duration.ts'
import { givenOptions } from '../../src/graph/given-options.ts'
import type { Key } from '../../src/state/key.ts'
import type { Step, Stream, TimeWindow } from '../../src/stream.ts'
import type { Duration } from '../../src/units.ts'
import { type LateOption, lateSide } from '../joins/late-record.ts'
import { keyBy } from '../key-by.ts'
import type { KeyedLogic } from '../keyed/keyed-logic.ts'
import { keyedOperatorOn } from '../keyed/keyed-step.ts'
import { SuppressLogic } from './suppress-logic.ts'

/** A result of a window, of which there may be several. */
export interface WindowedRow {
  readonly key: Key
  readonly window: TimeWindow
}

/** For how long results are held back. */
export interface SuppressOptions<T = never> extends LateOption<T> {
  /** The `allowedLateness` of the windows, after which their results change no more. Default `'0s'`. */
  readonly allowedLateness?: Duration
}

/**
 * Holds the results of windows back until they change no more, and lets the last one of each window pass: early results
 * and corrections become one final result. Results come in the order of their windows' ends, then of keys; the
 * event time of a result is the instant from which on it is final. (As Kafka Streams' `suppress(untilWindowCloses)`. For
 * changes see {@link suppressChanges}.)
 *
 * @param name Keeps what is held back in checkpoints: a checkpoint that has another name is refused.
 * @throws MillraceError while running `RECORD_LATE` for a result that comes after its window's final one, unless `late`
 *   names an output for it.
 * @example
 * const final = (days: Stream<{ key: string; window: TimeWindow; cents: number }>) =>
 *   days.pipe(suppress('final', { allowedLateness: '1h' }))
 */
export function suppress<T extends WindowedRow>(
  name: string,
  options: SuppressOptions<NoInfer<T>> = {},
): Step<Stream<T>, Stream<T>> {
  const { allowedLateness = '0s' } = givenOptions(options, `the options of suppress(…) "${name}"`)
  const latenessMs = givenDuration(allowedLateness, `suppress(…): allowedLateness of "${name}"`)
  const sides = lateSide(options, 'suppress')
  return (rows) =>
    keyedOperatorOn<T>([keyBy((row: T) => row.key)(rows)], {
      verb: 'suppress',
      name,
      detail: `until ${allowedLateness} after the window`,
      sides,
      logic: () => new SuppressLogic(latenessMs) as KeyedLogic<unknown>,
    })
}
