import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import { type Comparator, checkOrder } from '../orders.ts'

/** The record of a key that is the first or the last so far, and its time. */
type Kept = { time: number; value: unknown } | null

/** Tells at once which record is kept, and corrects itself. */
export class KeptChanges implements KeyedLogic<Kept> {
  readonly shape: string
  readonly #keep: 'first' | 'last'
  readonly #ties: Comparator<unknown>

  constructor(keep: 'first' | 'last', ties: Comparator<unknown>) {
    this.shape = `${keep}, as changes`
    this.#keep = keep
    this.#ties = ties
  }

  create(): Kept {
    return null
  }

  onRecord(call: KeyedCall<Kept>, value: unknown): void {
    const { state, key, timestamp } = call
    checkOrder(call, this.#ties, value)
    if (state === null) {
      call.state = { time: timestamp, value }
      call.emit({ op: 'insert', key, value }, timestamp)
      return
    }
    const order = timestamp - state.time || this.#ties(value, state.value)
    if (this.#keep === 'first' ? order >= 0 : order <= 0) return
    const before = state.value
    state.time = timestamp
    state.value = value
    call.emit({ op: 'update', key, value, before }, timestamp)
  }

  isEmpty(state: Kept): boolean {
    return state === null
  }
}
