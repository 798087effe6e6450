import { MillraceError } from '../src/errors.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { givenOptions } from '../src/graph/given-options.ts'
import type { Key } from '../src/state/key.ts'
import type { KeyedStream, Step, Stream } from '../src/stream.ts'
import type { Duration } from '../src/units.ts'
import { type Interval, IntervalLogic } from './joins/interval-logic.ts'
import { type LateOption, lateSide } from './joins/late-record.ts'
import { offsetMs } from './joins/offset.ts'
import { type Combine, givenJoinKind, type JoinKind, type LeftPart, type Partner } from './joins/pairing.ts'
import { keyedOperatorOn } from './keyed/keyed-step.ts'

/** When two rows are partners. */
export interface IntervalJoinOptions<L, R, J extends JoinKind = JoinKind> extends LateOption<L | R> {
  /** How far after a row its partners begin, that instant included; before it with a sign: `'-5m'`. */
  readonly from: Duration
  /**
   * The same of the last partners, that instant included. As a function, the last instant for this very row, in
   * milliseconds since 1970.
   */
  readonly to: Duration | ((left: L, timestamp: number) => number)
  /** What else must hold of two rows. Default: nothing. */
  readonly where?: (left: L, right: R) => boolean
  /**
   * `left` also gives the rows of this stream that have no partner, `right` those of the other, `full` those of both:
   * with `undefined` in its place. Default `'inner'`.
   */
  readonly kind?: J
}

/**
 * Joins each row with the rows of another stream that have the same key and lie in an interval around its time, both
 * bounds included. Every pair comes once, as soon as both rows are there, at the later of their times; a row without a
 * partner comes once too, when the watermark has passed the last instant that a partner could have, at that instant or at
 * its own time if that is later. State is dropped by the watermark as soon as no partner
 * can come any more: a row of this stream after its interval, one of the other when it lies before every interval to
 * come. (As Flink's interval join, whose late records are dropped silently.)
 *
 * @param name Keeps the rows in checkpoints.
 * @param other Keyed by the same type.
 * @throws MillraceError `JOB_INVALID` if `from` lies after `to`; while running `RECORD_LATE` for a record behind the
 *   watermark, unless `late` names an output for it, and `OPERATOR_FAILED` if `to` gives no time.
 * @example
 * const paid = (
 *   orders: KeyedStream<string, { id: string; cents: number }>,
 *   payments: KeyedStream<string, { order: string; method: string }>,
 * ) =>
 *   orders.pipe(
 *     intervalJoin('paid', payments, { from: '-1m', to: '1h' }, (order, payment) => ({
 *       ...order,
 *       method: payment.method,
 *     })),
 *   )
 */
export function intervalJoin<K = Key, L = unknown, R = unknown, Out = unknown, J extends JoinKind = 'inner'>(
  name: string,
  other: KeyedStream<NoInfer<K>, R>,
  options: IntervalJoinOptions<NoInfer<L>, NoInfer<R>, J>,
  combine: (left: LeftPart<J, NoInfer<L>>, right: Partner<J, NoInfer<R>>) => Out,
): Step<KeyedStream<K, L>, Stream<Out>> {
  const { from, to, where } = givenOptions(options, `the options of intervalJoin(…) "${name}"`)
  const kind = givenJoinKind(options.kind, `intervalJoin(…): kind of "${name}"`)
  if (where !== undefined) givenFunction(where, 'intervalJoin', `where of "${name}"`)
  if (typeof to === 'function') givenFunction(to, 'intervalJoin', `to of "${name}"`)
  givenFunction(combine, 'intervalJoin', `combine of "${name}"`)
  const sides = lateSide(options, 'intervalJoin')
  // From here on the types of rows are the caller's promise.
  const interval = {
    kind,
    fromMs: offsetMs(from, `intervalJoin(…): from of "${name}"`),
    to: typeof to === 'function' ? to : offsetMs(to, `intervalJoin(…): to of "${name}"`),
    where,
    combine: combine as Combine,
  } as Interval
  if (typeof interval.to === 'number' && interval.fromMs > interval.to) {
    throw new MillraceError('JOB_INVALID', `the interval of "${name}" begins at ${from}, after its end ${to}`)
  }
  return (upstream) =>
    keyedOperatorOn<Out>([upstream, other], {
      verb: 'intervalJoin',
      name,
      detail: `${kind}, from ${from} to ${typeof to === 'string' ? to : 'an end by row'}`,
      sides,
      logic: () => new IntervalLogic(interval),
    })
}
