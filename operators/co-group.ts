import { givenFunction } from '../src/graph/given-function.ts'
import { givenOptions } from '../src/graph/given-options.ts'
import type { Key } from '../src/state/key.ts'
import type { KeyedStream, Step, Stream, TimeWindow } from '../src/stream.ts'
import type { OnWindow } from './joins/window-logic.ts'
import { type WindowPairOptions, windowPairing } from './joins/window-pairing.ts'

/** What two streams brought for one key in one window. At least one side has rows. */
export interface CoGroup<out K, out W, out L, out R> {
  readonly key: K
  readonly window: W
  /** In the order of event time; rows of one time in the order in which they came. */
  readonly left: readonly L[]
  readonly right: readonly R[]
}

/**
 * Brings the rows of two streams together by key and window, and lets a function say what comes of them: any join,
 * outer ones too, or whether a side has rows at all. It is called when a window closes, for every key that has rows on
 * either side, in the order of keys; results take the window's last instant, of a session
 * its end. (As Flink's coGroup, whose late records
 * are dropped silently.)
 *
 * @param name Keeps the rows of open windows in checkpoints.
 * @param other Keyed by the same type.
 * @param resultsOf May be a generator.
 * @throws MillraceError while running, `RECORD_LATE` for a record whose window has closed, unless `late` names an output
 *   for it.
 * @example
 * const unpaid = (orders: KeyedStream<string, { id: string }>, payments: KeyedStream<string, { order: string }>) =>
 *   orders.pipe(
 *     coGroup('unpaid', payments, { window: tumbling('1d') }, ({ left, right }) => (right.length === 0 ? left : [])),
 *   )
 */
export function coGroup<K = Key, L = unknown, R = unknown, Out = unknown, W = TimeWindow>(
  name: string,
  other: KeyedStream<NoInfer<K>, R>,
  options: WindowPairOptions<NoInfer<L | R>, W>,
  resultsOf: (group: CoGroup<NoInfer<K>, NoInfer<W>, NoInfer<L>, NoInfer<R>>) => Iterable<Out>,
): Step<KeyedStream<K, L>, Stream<Out>> {
  givenOptions(options, `the options of coGroup(…) "${name}"`)
  givenFunction(resultsOf, 'coGroup', `the function of "${name}"`)
  // From here on the types of keys and rows are the caller's promise.
  const results = resultsOf as unknown as (
    group: CoGroup<unknown, unknown, unknown, unknown>,
  ) => Iterable<Out>
  const onWindow: OnWindow = (key, window, rows, output) => {
    const group = { key, window, ...rows }
    let all: Out[]
    try {
      all = [...results(group)]
    } catch (error) {
      output.refuse(error, group)
      return
    }
    for (const result of all) output.emit(result)
  }
  return (upstream) => windowPairing('coGroup', name, [upstream, other], options, onWindow)
}
