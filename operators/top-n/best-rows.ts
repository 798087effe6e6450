import { checkedKey } from '../../src/state/key.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import { checkOrder } from '../orders.ts'
import { placeBehind } from '../sorted-rows.ts'
import { type Ranked, type Ranking, tellBest } from './ranked.ts'

/**
 * The state of a key: its best records by their ids, the best one first. What has been pushed out can never come back by
 * itself, since the others only get better. A row that comes or goes is told at once.
 */
export class BestRows implements KeyedLogic<readonly Ranked[]> {
  readonly shape: string
  readonly allOrNothing = true
  readonly #ranking: Ranking

  constructor(ranking: Ranking) {
    this.shape = `best ${ranking.n} by id`
    this.#ranking = ranking
  }

  create(): readonly Ranked[] {
    return []
  }

  onRecord(call: KeyedCall<readonly Ranked[]>, value: unknown): void {
    const { n, order, id } = this.#ranking
    const before = call.state
    checkOrder(call, order, value)
    const place = placeBehind(before, ([, row]) => order(value, row))
    if (place >= n) return
    const come: Ranked = [checkedKey(id!(value), 'the id of topN'), value]
    const known = before.findIndex((row) => row[0] === come[0])
    // The row of this id that is there already is as good, or better.
    if (known >= 0 && known < place) return
    const others = known < 0 ? before : before.toSpliced(known, 1)
    const now = others.toSpliced(place, 0, come).slice(0, n)
    tellBest(call.key, before, now, this.#ranking, (change) => call.emit(change, call.timestamp))
    call.state = now
  }

  isEmpty(rows: readonly Ranked[]): boolean {
    return rows.length === 0
  }
}
