import { checkedKey } from '../../src/state/key.ts'
import type { Retraction } from '../changelog/as-retractions.ts'
import { onUnknownRow } from '../changelog/unknown-row.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import { checkOrder } from '../orders.ts'
import { findSorted, insertSorted, type SortedRows } from '../sorted-rows.ts'
import { bestOf, type Ranked, type Ranking, tellBest } from './ranked.ts'

/** All rows of a key. */
interface AllRows {
  /** The best one first. */
  readonly rows: SortedRows<Ranked>
  /** Set while there may be something to tell: the best rows as told last. */
  told: readonly Ranked[] | undefined
  /** The greatest event time of a record. */
  latest: number
}

/**
 * Keeps all rows of a changelog, since the best one may be taken back, and tells of the best when the records at hand have
 * been seen: an update, which is a row taken back and another put in, is then one change.
 */
export class BestOfChanges implements KeyedLogic<AllRows> {
  readonly shape: string
  readonly allOrNothing = true
  readonly #ranking: Ranking
  readonly #forgets: boolean

  constructor(ranking: Ranking, forgets: boolean) {
    this.shape = `best ${ranking.n} of changes${ranking.id === undefined ? '' : ' by id'}`
    this.#ranking = ranking
    this.#forgets = forgets
  }

  create(): AllRows {
    return { rows: [], told: undefined, latest: Number.NEGATIVE_INFINITY }
  }

  onRecord(call: KeyedCall<AllRows>, come: unknown): void {
    const { op, value } = come as Retraction<unknown, unknown>
    const { state, timestamp } = call
    const { order, id } = this.#ranking
    checkOrder(call, order, value)
    const orderOf = ([, row]: Ranked) => order(value, row)
    const known = op === 'retract' ? findSorted(state.rows, orderOf) : undefined
    if (op === 'retract' && known === undefined) {
      onUnknownRow(call, this.#forgets)
      return
    }
    const row: Ranked = [id === undefined ? null : checkedKey(id(value), 'the id of topN'), value]
    state.told ??= bestOf(state.rows, this.#ranking)
    if (known === undefined) insertSorted(state.rows, row, orderOf)
    else {
      known.remove()
      call.count('retracted')
    }
    if (timestamp > state.latest) state.latest = timestamp
    call.touch()
  }

  onTouched(call: KeyedCall<AllRows>): void {
    const { rows, told, latest } = call.state
    if (told === undefined) return
    call.state.told = undefined
    tellBest(call.key, told, bestOf(rows, this.#ranking), this.#ranking, (change) =>
      call.emit(change, latest),
    )
  }

  isEmpty({ rows, told }: AllRows): boolean {
    return rows.length === 0 && told === undefined
  }
}
