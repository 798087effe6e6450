import { MillraceError } from '../src/errors.ts'
import type { Key } from '../src/state/key.ts'
import type { KeyedStream, Step, Stream } from '../src/stream.ts'
import type { Duration } from '../src/units.ts'
import { IntervalLogic } from './joins/interval-logic.ts'
import { type LateOption, lateSide } from './joins/late-record.ts'
import { offsetMs } from './joins/offset.ts'
import type { Combine } from './joins/pairing.ts'
import { keyedOperatorOn } from './keyed/keyed-step.ts'

/** For how long rows are kept. */
export interface JoinOptions<L, R> extends LateOption<L | R> {
  /**
   * How far apart in event time two rows may be. A row is dropped when the watermark has passed it by this much.
   * Default: any distance, and no row is ever dropped; state then grows with the streams, and no record is late.
   */
  readonly keep?: Duration
}

/**
 * Joins each row with every row of another stream that has the same key, whenever they come. Every pair comes once,
 * as soon as both are there, at the later of their times. (As Flink SQL's regular inner join; but where its
 * state retention drops rows by the clock, and results with them by chance, `keep` is a condition on the rows' own
 * times, so the result is always the same.)
 *
 * For rows that are updated or deleted, and for outer joins, see {@link joinChanges}.
 *
 * @param name Keeps the rows in checkpoints.
 * @param other Keyed by the same type.
 * @throws MillraceError `JOB_INVALID` if `keep` is no duration; with `keep`, while running, `RECORD_LATE` for a record
 *   behind the watermark, unless `late` names an output for it.
 * @example
 * const named = (
 *   auctions: KeyedStream<number, { id: number; seller: number }>,
 *   people: KeyedStream<number, { id: number; name: string }>,
 * ) => auctions.pipe(join('sellers', people, {}, (auction, person) => ({ ...auction, name: person.name })))
 */
export function join<K = Key, L = unknown, R = unknown, Out = unknown>(
  name: string,
  other: KeyedStream<NoInfer<K>, R>,
  options: JoinOptions<NoInfer<L>, NoInfer<R>>,
  combine: (left: NoInfer<L>, right: NoInfer<R>) => Out,
): Step<KeyedStream<K, L>, Stream<Out>> {
  const { keep } = options
  const keepMs = keep === undefined ? Number.POSITIVE_INFINITY : offsetMs(keep)
  if (keepMs < 0)
    throw new MillraceError('JOB_INVALID', `"${name}" keeps rows for ${keep}, less than no time`)
  const interval = {
    kind: 'inner',
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
      detail: keep === undefined ? 'all rows kept' : `rows at most ${keep} apart`,
      sides: lateSide(options),
      logic: () => new IntervalLogic(interval),
    })
}
