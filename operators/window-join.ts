import { givenFunction } from '../src/graph/given-function.ts'
import { givenOptions } from '../src/graph/given-options.ts'
import type { Key } from '../src/state/key.ts'
import type { KeyedStream, Step, Stream, TimeWindow } from '../src/stream.ts'
import {
  type Combine,
  givenJoinKind,
  givesAlone,
  type JoinKind,
  type LeftPart,
  type Partner,
} from './joins/pairing.ts'
import type { OnWindow } from './joins/window-logic.ts'
import { type WindowPairOptions, windowPairing } from './joins/window-pairing.ts'

/** In which windows rows meet, and which give a result. */
export interface WindowJoinOptions<T, W, J extends JoinKind = JoinKind> extends WindowPairOptions<T, W> {
  /**
   * `left` also gives the rows of this stream that have no partner in their window, `right` those of the other, `full`
   * those of both: with `undefined` in its place. Default `'inner'`.
   */
  readonly kind?: J
}

/**
 * Joins the rows of two streams that have the same key and fall into the same window. The pairs of a window come when
 * it closes, at its last instant (a session at its end), in the order of their keys and within a key of the rows' times, left first. (As
 * Flink's window joins, whose late records are dropped silently. For anything else see {@link coGroup}.)
 *
 * @param name Keeps the rows of open windows in checkpoints.
 * @param other Keyed by the same type.
 * @throws MillraceError while running, `RECORD_LATE` for a record whose window has closed, unless `late` names an output
 *   for it.
 * @example
 * const clicked = (
 *   shown: KeyedStream<string, { ad: string; place: string }>,
 *   clicks: KeyedStream<string, { ad: string }>,
 * ) => shown.pipe(windowJoin('clicked', clicks, { window: tumbling('1h') }, ({ ad, place }) => ({ ad, place })))
 */
export function windowJoin<
  K = Key,
  L = unknown,
  R = unknown,
  Out = unknown,
  W = TimeWindow,
  J extends JoinKind = 'inner',
>(
  name: string,
  other: KeyedStream<NoInfer<K>, R>,
  options: WindowJoinOptions<NoInfer<L | R>, W, J>,
  combine: (left: LeftPart<J, NoInfer<L>>, right: Partner<J, NoInfer<R>>, window: NoInfer<W>) => Out,
): Step<KeyedStream<K, L>, Stream<Out>> {
  givenOptions(options, `the options of windowJoin(…) "${name}"`)
  givenFunction(combine, 'windowJoin', `combine of "${name}"`)
  const kind = givenJoinKind(options.kind, `windowJoin(…): kind of "${name}"`)
  const onWindow = pairs(combine as Combine, kind)
  return (upstream) => windowPairing('windowJoin', name, [upstream, other], options, onWindow)
}

// The types of rows are the caller's promise.
function pairs(
  combine: (left: unknown, right: unknown, window: unknown) => unknown,
  kind: JoinKind,
): OnWindow {
  const [leftAlone, rightAlone] = givesAlone(kind)
  const missing = [undefined]
  return (_key, window, { left, right }, output) => {
    for (const one of left.length === 0 && rightAlone ? missing : left) {
      for (const other of right.length === 0 && leftAlone ? missing : right) {
        let result: unknown
        try {
          result = combine(one, other, window)
        } catch (error) {
          output.refuse(error, { left: one, right: other, window })
          continue
        }
        output.emit(result)
      }
    }
  }
}
