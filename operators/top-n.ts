import type { Change } from '../src/contract/change.ts'
import { MillraceError } from '../src/errors.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import type { Key } from '../src/state/key.ts'
import type { GroupedStream, KeyedStream, Step, Stream } from '../src/stream.ts'
import { forgettingIdle, type IdleOption } from './keyed/idle-keys.ts'
import type { KeyedLogic } from './keyed/keyed-logic.ts'
import { keyedOperatorOn } from './keyed/keyed-step.ts'
import { type Comparator, totalOrder } from './orders.ts'
import { BestOfChanges } from './top-n/best-of-changes.ts'
import { BestRanks } from './top-n/best-ranks.ts'
import { BestRows } from './top-n/best-rows.ts'
import type { Ranking } from './top-n/ranked.ts'

/** How records are ranked, and told. */
export interface TopNOptions<in T, out I = number> extends IdleOption {
  /**
   * The best comes first: by one comparator, or by several, each of which decides what the ones before it leave open.
   * Records that are all the same to them are ranked by their content, so that arrival decides nothing.
   */
  readonly by: Comparator<T> | readonly Comparator<T>[]
  /**
   * What tells the rows of a key apart. With it no ranks are told: a row that gets among the best is inserted, and the one
   * that it pushes out is deleted, two changes instead of up to `n`. Of rows with the same id the best one counts.
   * Default: rows are told by their ranks.
   */
  readonly id?: (row: T) => I
}

/**
 * The best `n` records of each key, kept up to date: every change of the answer is a change by key and rank, from 1 on; or
 * by key and `id`. The last change of each is the answer, however the records came. (As Flink's Top-N, with the rank in
 * its output or without.)
 *
 * Of plain records each counts as one more. Of a changelog (after `groupBy`) rows that are taken back are out of it again,
 * and the next best ones move up; so all rows of each key are kept, and changes are told after each batch of records that
 * were read together.
 *
 * @param name Keeps the best records in checkpoints, of a changelog all: a checkpoint that has another name is refused.
 * @throws MillraceError `JOB_INVALID` unless `n` is a whole number of at least 1, and `by` of comparators; while running `OPERATOR_FAILED` if a row
 *   is taken back that never came, and `KEY_INVALID` for an `id` that is none.
 * @example
 * const highest = (bids: KeyedStream<number, { price: number; at: number }>) =>
 *   bids.pipe(topN('highest', 10, { by: [descending((bid) => bid.price), ascending((bid) => bid.at)] }))
 */
export function topN<K = Key, T = unknown, I extends Key = number>(
  name: string,
  n: number,
  options: TopNOptions<T, I>,
): Step<KeyedStream<K, T> | GroupedStream<K, T>, Stream<Change<readonly [K, I], T>>> {
  if (!Number.isSafeInteger(n) || n < 1) {
    throw new MillraceError(
      'JOB_INVALID',
      `topN of "${name}" got ${n}: it takes a whole number of at least 1`,
    )
  }
  const { by, id, idle } = options ?? ({} as TopNOptions<T, I>)
  for (const order of [by].flat()) givenFunction(order, 'topN', `by of "${name}"`)
  if (id !== undefined) givenFunction(id, 'topN', `id of "${name}"`)
  // From here on the types of records are the caller's promise.
  const order = totalOrder(typeof by === 'function' ? [by] : by) as Comparator<unknown>
  const ranking: Ranking = { n, order, id: id as Ranking['id'] }
  const forgetting = forgettingIdle(options, 1, `topN(…): idle of "${name}"`)
  return (upstream) => {
    const changes = 'grouped' in upstream
    const logicOf = (): KeyedLogic<unknown> => {
      if (changes) return forgetting(new BestOfChanges(ranking, idle !== undefined))
      return id === undefined ? forgetting(new BestRanks(ranking)) : forgetting(new BestRows(ranking))
    }
    return keyedOperatorOn([changes ? upstream.grouped : upstream], {
      verb: 'topN',
      name,
      detail: id === undefined ? `best ${n}` : `best ${n} by id`,
      logic: logicOf,
    })
  }
}
