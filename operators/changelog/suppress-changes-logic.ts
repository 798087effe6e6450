import type { Change } from '../../src/contract/change.ts'
import { MillraceError } from '../../src/errors.ts'
import { endOfTime } from '../../src/time/end-of-time.ts'
import { instant } from '../joins/late-record.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import { netChange } from './net-change.ts'

/** For how long changes are held back: from the first one of a key on, or up to an instant that the row says. */
export type Holding = { readonly afterMs: number } | { readonly until: (row: unknown) => number }

/** What is held back of a row. */
interface Held {
  /** As its changes say it; keys of state are plain. */
  readonly key: unknown
  /** The row that was told last, and the row now, each in a list of at most one. */
  readonly before: readonly unknown[]
  now: readonly unknown[]
  /** The instant up to which event time must be complete. */
  due: number
}

/** Keeps of each row what its changes come to, until it is due. */
export class SuppressChangesLogic implements KeyedLogic<Held | null> {
  readonly shape = 'changes held back'
  readonly allOrNothing = true
  readonly #holding: Holding

  constructor(holding: Holding) {
    this.#holding = holding
  }

  create(): null {
    return null
  }

  onRecord(call: KeyedCall<Held | null>, value: unknown): void {
    const change = value as Change<unknown, unknown>
    const { state, timestamp } = call
    const isOver = state !== null && timestamp > state.due
    const due = this.#dueOf(change, isOver ? null : state, call)
    if (due <= call.watermark || due < timestamp) {
      onLate(call, change, due)
      return
    }
    // It only waits for the watermark: what comes after its time is no part of it.
    if (isOver) tell(call, state)
    const now = change.op === 'delete' ? [] : [change.value]
    if (state === null || isOver) {
      call.state = { key: change.key, before: change.op === 'insert' ? [] : [change.before], now, due }
    } else {
      state.now = now
      state.due = due
    }
    call.setTimer(due)
  }

  onTimer(call: KeyedCall<Held | null>, time: number): void {
    const { state } = call
    // A row that said another instant since has another timer.
    if (state === null || state.due > time) return
    tell(call, state)
    call.state = null
  }

  isEmpty(state: Held | null): boolean {
    return state === null
  }

  #dueOf(
    change: Change<unknown, unknown>,
    held: Held | null,
    { timestamp, watermark }: KeyedCall<unknown>,
  ): number {
    const holding = this.#holding
    // A change that comes late is held no less.
    if ('afterMs' in holding)
      return held?.due ?? Math.min(Math.max(timestamp, watermark + 1) + holding.afterMs, endOfTime)
    const due = holding.until(change.op === 'delete' ? change.before : change.value)
    if (typeof due === 'number' && !Number.isNaN(due)) return Math.min(due, endOfTime)
    throw new MillraceError(
      'OPERATOR_FAILED',
      `a row is to be held back until ${String(due)}, which is no time`,
    )
  }
}

function tell({ emit }: KeyedCall<unknown>, { key, before, now, due }: Held): void {
  const change = netChange(key, before[0], now[0])
  if (change !== undefined) emit(change, due)
}

function onLate(call: KeyedCall<unknown>, change: Change<unknown, unknown>, due: number): void {
  call.count('late')
  const late = call.sideOutput('late')
  if (late === undefined) {
    throw new MillraceError(
      'RECORD_LATE',
      `a change of the row ${JSON.stringify(String(change.key))} came after ${instant(due)}, when the row was final: say a later time, or where late changes go`,
    )
  }
  late(change, call.timestamp)
}
