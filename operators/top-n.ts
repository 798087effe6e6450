import type { Change } from '../src/contract/change.ts'
import { MillraceError } from '../src/errors.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import type { Key } from '../src/state/key.ts'
import type { KeyedStream, Step, Stream } from '../src/stream.ts'
import type { KeyedCall, KeyedLogic } from './keyed/keyed-logic.ts'
import { keyedOperatorOn } from './keyed/keyed-step.ts'
import { type Comparator, totalOrder } from './orders.ts'

/** How records are ranked. */
export interface TopNOptions<in T> {
  /**
   * The best comes first: by one comparator, or by several, each of which decides what the ones before it leave open.
   * Records that are all the same to them are ranked by their content, so that arrival decides nothing.
   */
  readonly by: Comparator<T> | readonly Comparator<T>[]
}

/**
 * The best `n` records of each key, by rank from 1 on, kept up to date: every rank whose record changes is a change. The
 * last change of each rank is the answer, however the records came. Every record counts as one more; changes are not
 * taken back. (As Flink's Top-N with the rank in its output.)
 *
 * @param name Keeps the best records in checkpoints: a checkpoint that has another name is refused.
 * @throws MillraceError `JOB_INVALID` unless `n` is a whole number of at least 1, and `by` of comparators.
 * @example
 * const highest = (bids: KeyedStream<number, { price: number; at: number }>) =>
 *   bids.pipe(topN('highest', 10, { by: [descending((bid) => bid.price), ascending((bid) => bid.at)] }))
 */
export function topN<K = Key, T = unknown>(
  name: string,
  n: number,
  options: TopNOptions<T>,
): Step<KeyedStream<K, T>, Stream<Change<readonly [K, number], T>>> {
  if (!Number.isSafeInteger(n) || n < 1) {
    throw new MillraceError(
      'JOB_INVALID',
      `topN of "${name}" got ${n}: it takes a whole number of at least 1`,
    )
  }
  const orders = [options?.by].flat() as readonly Comparator<T>[]
  for (const order of orders) givenFunction(order, 'topN', `by of "${name}"`)
  const order = totalOrder(orders) as Comparator<unknown>
  return (upstream) =>
    keyedOperatorOn([upstream], {
      verb: 'topN',
      name,
      detail: `best ${n}`,
      logic: () => new TopN(n, order) as KeyedLogic<unknown>,
    })
}

/** The state of a key: its best records, the best one first. */
class TopN implements KeyedLogic<unknown[]> {
  readonly shape: string
  readonly #n: number
  readonly #order: Comparator<unknown>

  constructor(n: number, order: Comparator<unknown>) {
    this.shape = `best ${n}`
    this.#n = n
    this.#order = order
  }

  create(): unknown[] {
    return []
  }

  onRecord(call: KeyedCall<unknown[]>, value: unknown): void {
    const rows = call.state
    const place = this.#placeOf(value, rows)
    if (place >= this.#n) return
    const before = [...rows.slice(place)]
    rows.splice(place, 0, value)
    if (rows.length > this.#n) rows.pop()
    for (let index = place; index < rows.length; index += 1) {
      this.#tell(call, index + 1, before[index - place], rows[index])
    }
  }

  isEmpty(rows: unknown[]): boolean {
    return rows.length === 0
  }

  /** Behind all that are as good, found by halving. Most records are no better than the last, so that is asked first. */
  #placeOf(value: unknown, rows: readonly unknown[]): number {
    let [from, to] = [0, rows.length]
    if (to > 0 && this.#order(value, rows[to - 1]) >= 0) return to
    while (from < to) {
      const middle = (from + to) >> 1
      if (this.#order(value, rows[middle]) < 0) to = middle
      else from = middle + 1
    }
    return from
  }

  #tell(call: KeyedCall<unknown[]>, rank: number, before: unknown, value: unknown): void {
    const key = [call.key, rank]
    if (before === undefined) call.emit({ op: 'insert', key, value }, call.timestamp)
    else if (this.#order(before, value) !== 0) call.emit({ op: 'update', key, value, before }, call.timestamp)
  }
}
