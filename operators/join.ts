import { MillraceError } from '../src/errors.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { givenOptions } from '../src/graph/given-options.ts'
import type { Key } from '../src/state/key.ts'
import type { KeyedStream, Step, Stream } from '../src/stream.ts'
import type { Duration } from '../src/units.ts'
import { IntervalLogic } from './joins/interval-logic.ts'
import { type LateOption, lateSide } from './joins/late-record.ts'
import { offsetMs } from './joins/offset.ts'
import { type Combine, givenJoinKind, type JoinKind, type LeftPart, type Partner } from './joins/pairing.ts'
import { keyedOperatorOn } from './keyed/keyed-step.ts'

/** For how long rows are kept, and which give a result. */
export type JoinOptions<L, R, J extends JoinKind = JoinKind> = LateOption<L | R> & (KeptForEver | KeptFor<J>)

interface KeptForEver {
  readonly keep?: undefined
  /** Without `keep` it is never certain that a row has no partner: see {@link joinChanges}. */
  readonly kind?: 'inner'
}

interface KeptFor<J extends JoinKind> {
  /**
   * How far apart in event time two rows may be. A row is dropped when the watermark has passed it by this much.
   * Default: any distance, and no row is ever dropped; state then grows with the streams, and no record is late.
   */
  readonly keep: Duration
  /**
   * `left` also gives the rows of this stream that have no partner, `right` those of the other, `full` those of both:
   * with `undefined` in its place. Default `'inner'`.
   */
  readonly kind?: J
}

/**
 * Joins each row with every row of another stream that has the same key, whenever they come. Every pair comes once,
 * as soon as both are there, at the later of their times. With `keep`, a row without a partner comes when the watermark
 * has passed it by that much, and has that time. (As Flink SQL's regular inner join, and with `keep` as Kafka Streams'
 * joins of streams; but where Flink's state retention drops rows by the clock, and results with them by chance, `keep`
 * is a condition on the rows' own times, so the result is always the same.)
 *
 * For rows that are updated or deleted, and for outer joins without `keep`, see {@link joinChanges}.
 *
 * @param name Keeps the rows in checkpoints.
 * @param other Keyed by the same type.
 * @throws MillraceError `JOB_INVALID` if `keep` is no duration, or missing for an outer join; with `keep`, while running, `RECORD_LATE` for a record
 *   behind the watermark, unless `late` names an output for it.
 * @example
 * const named = (
 *   auctions: KeyedStream<number, { id: number; seller: number }>,
 *   people: KeyedStream<number, { id: number; name: string }>,
 * ) => auctions.pipe(join('sellers', people, {}, (auction, person) => ({ ...auction, name: person.name })))
 */
export function join<K = Key, L = unknown, R = unknown, Out = unknown, J extends JoinKind = 'inner'>(
  name: string,
  other: KeyedStream<NoInfer<K>, R>,
  options: JoinOptions<NoInfer<L>, NoInfer<R>, J>,
  combine: (left: LeftPart<J, NoInfer<L>>, right: Partner<J, NoInfer<R>>) => Out,
): Step<KeyedStream<K, L>, Stream<Out>> {
  const { keep } = givenOptions(options, `the options of join(…) "${name}"`)
  const kind = givenJoinKind(options.kind, `join(…): kind of "${name}"`)
  const keepMs = keep === undefined ? Number.POSITIVE_INFINITY : offsetMs(keep, `join(…): keep of "${name}"`)
  if (keepMs < 0)
    throw new MillraceError('JOB_INVALID', `"${name}" keeps rows for ${keep}, less than no time`)
  if (keep === undefined && kind !== 'inner') {
    throw new MillraceError(
      'JOB_INVALID',
      `the ${kind} join "${name}" says no "keep": it is never certain that a row has no partner. Say for how long rows are kept, or see joinChanges`,
    )
  }
  givenFunction(combine, 'join', `combine of "${name}"`)
  const sides = lateSide(options, 'join')
  const interval = {
    kind,
    fromMs: 0 - keepMs,
    to: keepMs,
    where: undefined,
    // From here on the types of rows are the caller's promise.
    combine: combine as Combine,
  } as const
  return (upstream) =>
    keyedOperatorOn<Out>([upstream, other], {
      verb: 'join',
      name,
      detail: keep === undefined ? 'all rows kept' : `${kind}, rows at most ${keep} apart`,
      sides,
      logic: () => new IntervalLogic(interval),
    })
}
