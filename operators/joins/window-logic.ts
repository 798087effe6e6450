import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import { onBetween } from '../windows/late-record.ts'
import { type AssignedWindows, windowsAt } from './assigned-windows.ts'
import { refuseLate } from './late-record.ts'
import { hasRows, insertRow, noRows, type OrderedRows } from './ordered-rows.ts'

/** What both sides brought for one key and window, each in the order of event time. */
export interface WindowRows {
  readonly left: readonly unknown[]
  readonly right: readonly unknown[]
}

/** Takes what comes of a window: results, and what a function of the job failed on. */
export interface WindowOutput {
  emit(result: unknown): void
  refuse(error: unknown, value: unknown): void
}

export type OnWindow = (key: unknown, window: unknown, rows: WindowRows, output: WindowOutput) => void

interface WindowRow {
  readonly at: number
  readonly value: unknown
}

export interface OpenWindow {
  readonly left: OrderedRows<WindowRow>
  readonly right: OrderedRows<WindowRow>
}

/** The open windows of a key, by the last instant of each. */
export type WindowState = Map<number, OpenWindow & { readonly start: number }>

/** Keeps the rows of two streams by window, and hands them over when their window closes. */
export class WindowLogic implements KeyedLogic<WindowState> {
  readonly shape: string
  readonly allOrNothing = true
  readonly #windows: AssignedWindows<unknown>
  readonly #onWindow: OnWindow

  constructor(windows: AssignedWindows<unknown>, onWindow: OnWindow) {
    this.shape = `rows of two streams in windows: ${windows.name}`
    this.#windows = windows
    this.#onWindow = onWindow
  }

  create(): WindowState {
    return new Map()
  }

  isEmpty(state: WindowState): boolean {
    return state.size === 0
  }

  onRecord(call: KeyedCall<WindowState>, value: unknown, input: number): void {
    const { timestamp, watermark } = call
    const windows = windowsAt(this.#windows, timestamp)
    if (windows.length === 0) {
      onBetween(call)
      return
    }
    let late = true
    for (const { start, end } of windows) {
      if (end - 1 <= watermark) continue
      late = false
      const open = call.state.get(end - 1) ?? this.#open(call, start, end - 1)
      insertRow(input === 0 ? open.left : open.right, { at: timestamp, value })
    }
    if (late) refuseLate(call, value, timestamp, watermark)
  }

  onTimer(call: KeyedCall<WindowState>, time: number): void {
    const open = call.state.get(time)
    if (open === undefined) return
    call.state.delete(time)
    this.#onWindow(call.key, this.#windows.window(open.start, time + 1), rowsOf(open), {
      emit: (result) => call.emit(result, time),
      refuse: (error, value) => call.refuse(error, value, time),
    })
  }

  #open(call: KeyedCall<WindowState>, start: number, last: number) {
    const open = { start, left: noRows<WindowRow>(), right: noRows<WindowRow>() }
    call.state.set(last, open)
    call.setTimer(last)
    return open
  }
}

/** As they are handed over. */
export function rowsOf({ left, right }: OpenWindow): WindowRows {
  return { left: valuesOf(left), right: valuesOf(right) }
}

function valuesOf(ordered: OrderedRows<WindowRow>): unknown[] {
  return hasRows(ordered) ? ordered.rows.map((row) => row!.value) : []
}
