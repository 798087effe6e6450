import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import { checkOrder } from '../orders.ts'
import { placeBehind } from '../sorted-rows.ts'
import type { Ranking } from './ranked.ts'

/** The state of a key: its best records, the best one first. Every rank that changes is told at once. */
export class BestRanks implements KeyedLogic<unknown[]> {
  readonly shape: string
  readonly #ranking: Ranking

  constructor(ranking: Ranking) {
    this.shape = `best ${ranking.n}`
    this.#ranking = ranking
  }

  create(): unknown[] {
    return []
  }

  onRecord(call: KeyedCall<unknown[]>, value: unknown): void {
    const rows = call.state
    const { n, order } = this.#ranking
    checkOrder(call, order, value)
    const place = placeBehind(rows, (row) => order(value, row))
    if (place >= n) return
    const before = rows.slice(place)
    rows.splice(place, 0, value)
    if (rows.length > n) rows.pop()
    for (let index = place; index < rows.length; index += 1) {
      this.#tell(call, index + 1, before[index - place], rows[index])
    }
  }

  isEmpty(rows: unknown[]): boolean {
    return rows.length === 0
  }

  #tell(call: KeyedCall<unknown[]>, rank: number, before: unknown, value: unknown): void {
    const key = [call.key, rank]
    if (before === undefined) call.emit({ op: 'insert', key, value }, call.timestamp)
    else if (this.#ranking.order(before, value) !== 0) {
      call.emit({ op: 'update', key, value, before }, call.timestamp)
    }
  }
}
