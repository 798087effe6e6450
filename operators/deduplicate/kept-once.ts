import type { Emit } from '../../src/contract/operator.ts'
import { MillraceError } from '../../src/errors.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import { type Comparator, checkOrder } from '../orders.ts'

/** What is kept of a key. */
interface Groups {
  /** Records whose time is not complete. */
  readonly waiting: [time: number, value: unknown][]
  /** The end of the group that has begun, which is the first instant after it. */
  end: number | null
  /** The last record of that group so far, in a list of at most one. */
  last: unknown[]
}

/** Keeps one record of each group of a key, and tells it when event time is complete. */
export class KeptOnce implements KeyedLogic<Groups> {
  readonly shape: string
  readonly #keep: 'first' | 'last'
  readonly #withinMs: number
  readonly #ties: Comparator<unknown>
  #late: Emit<unknown> | undefined

  constructor(keep: 'first' | 'last', withinMs: number, ties: Comparator<unknown>) {
    this.shape = `${keep} within ${withinMs} ms`
    this.#keep = keep
    this.#withinMs = withinMs
    this.#ties = ties
  }

  create(): Groups {
    return { waiting: [], end: null, last: [] }
  }

  onRecord(call: KeyedCall<Groups>, value: unknown): void {
    const { state, timestamp } = call
    checkOrder(call, this.#ties, value)
    if (timestamp <= call.watermark) this.#onLate(call, value)
    else if (this.#keep === 'last' || state.end === null || timestamp >= state.end) {
      state.waiting.push([timestamp, value])
      call.setTimer(timestamp)
    }
  }

  onTimer(call: KeyedCall<Groups>, time: number): void {
    const { state } = call
    const due = state.waiting.filter(([at]) => at === time).map(([, value]) => value)
    if (due.length > 0) this.#onDue(call, due.sort(this.#ties), time)
    if (state.end === null || time < state.end - 1) return
    for (const last of state.last) call.emit(last, time)
    state.end = null
    state.last = []
  }

  isEmpty({ waiting, end }: Groups): boolean {
    return end === null && waiting.length === 0
  }

  /** Event time has come to some records: they begin a group, or are in one that has begun. */
  #onDue(call: KeyedCall<Groups>, due: readonly unknown[], time: number): void {
    const { state } = call
    state.waiting.splice(0, state.waiting.length, ...state.waiting.filter(([at]) => at !== time))
    if (state.end === null) {
      state.end = time + this.#withinMs
      if (this.#keep === 'first') call.emit(due[0], time)
      if (Number.isFinite(state.end)) call.setTimer(state.end - 1)
    }
    if (this.#keep === 'last') state.last = [due.at(-1)]
  }

  #onLate(call: KeyedCall<Groups>, value: unknown): void {
    call.count('late')
    this.#late ??= call.sideOutput('late')
    if (this.#late === undefined) throw lateError(call)
    this.#late(value, call.timestamp)
  }
}

function lateError({ timestamp, watermark }: KeyedCall<Groups>): MillraceError {
  const [at, complete] = [timestamp, watermark].map((time) => new Date(time).toISOString())
  return new MillraceError(
    'RECORD_LATE',
    `a record of ${at} came when event time was complete up to ${complete}: another may have been kept in its place`,
  )
}
