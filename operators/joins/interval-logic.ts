import { MillraceError } from '../../src/errors.ts'
import { endOfTime } from '../../src/time/end-of-time.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import { emitLater } from './emit-later.ts'
import { refuseLate } from './late-record.ts'
import {
  firstRow,
  hasRows,
  indexFrom,
  insertRow,
  noRows,
  type OrderedRows,
  removeFirst,
} from './ordered-rows.ts'
import { type Combine, givesAlone, type JoinKind } from './pairing.ts'

/** Which rows meet, and what comes of it. */
export interface Interval {
  readonly kind: JoinKind
  /** How far after the time of a left row the interval of its partners begins; minus infinity for no bound. */
  readonly fromMs: number
  /** The same of its end, or what gives the last instant of each row. */
  readonly to: number | ((left: unknown, timestamp: number) => number)
  readonly where: ((left: unknown, right: unknown) => boolean) | undefined
  readonly combine: Combine
}

/** A row that waits for partners up to the instant `at`, included. */
interface LeftRow {
  readonly at: number
  readonly time: number
  readonly value: unknown
  matched: boolean
}

interface RightRow {
  readonly at: number
  readonly value: unknown
  matched: boolean
}

export interface IntervalState {
  readonly left: OrderedRows<LeftRow>
  readonly right: OrderedRows<RightRow>
}

/**
 * The join of rows by time. A row meets what is there of the other side when it comes, and is kept for as long as a
 * partner may come: a left row until its interval is complete, a right row until no interval to come can hold it.
 */
export class IntervalLogic implements KeyedLogic<IntervalState> {
  readonly shape: string
  readonly allOrNothing = true
  readonly #interval: Interval
  /** Without bounds no record is late. */
  readonly #bounded: boolean
  /** Whether the left rows are in the order of their times too, so that a search among them may end early. */
  readonly #steady: boolean
  /** Whether rows of a side give a result without a partner. */
  readonly #leftAlone: boolean
  readonly #rightAlone: boolean
  readonly #ofRight: Combine
  readonly #endOf: (left: unknown, timestamp: number) => number

  constructor(interval: Interval) {
    const { kind, fromMs, to, combine } = interval
    this.#interval = interval
    ;[this.#leftAlone, this.#rightAlone] = givesAlone(kind)
    this.#ofRight = (right, left) => combine(left, right)
    this.#bounded = fromMs !== Number.NEGATIVE_INFINITY || to !== Number.POSITIVE_INFINITY
    this.#steady = typeof to === 'number'
    this.#endOf = typeof to === 'number' ? (_left, timestamp) => atMost(timestamp + to) : endBy(to)
    this.shape = `${kind} join of rows from ${fromMs} to ${typeof to === 'number' ? to : 'an end of their own'}`
  }

  create(): IntervalState {
    return { left: noRows(), right: noRows() }
  }

  isEmpty({ left, right }: IntervalState): boolean {
    return !hasRows(left) && !hasRows(right)
  }

  onRecord(call: KeyedCall<IntervalState>, value: unknown, input: number): void {
    if (this.#bounded && call.timestamp <= call.watermark) {
      refuseLate(call, value, call.timestamp, call.watermark)
    } else if (input === 0) this.#onLeft(call, value)
    else this.#onRight(call, value)
  }

  onTimer(call: KeyedCall<IntervalState>, time: number): void {
    const { left, right } = call.state
    const { fromMs, combine } = this.#interval
    while (hasRows(left) && firstRow(left).at <= time) {
      const row = removeFirst(left)
      if (!row.matched && this.#leftAlone) emitLater(call, combine, row.value, undefined, ownTime(row))
    }
    while (hasRows(right) && atMost(firstRow(right).at - fromMs) <= time) {
      const { at, value, matched } = removeFirst(right)
      if (!matched && this.#rightAlone) emitLater(call, this.#ofRight, value, undefined, this.#rightTime(at))
    }
  }

  #onLeft(call: KeyedCall<IntervalState>, value: unknown): void {
    const { timestamp, state } = call
    const { fromMs, where, combine } = this.#interval
    const met: RightRow[] | undefined = this.#rightAlone ? [] : undefined
    const row = { at: this.#endOf(value, timestamp), time: timestamp, value, matched: false }
    const { rows } = state.right
    for (let index = indexFrom(state.right, timestamp + fromMs); index < rows.length; index += 1) {
      const other = rows[index]!
      if (other.at > row.at) break
      if (where !== undefined && !where(value, other.value)) continue
      row.matched = true
      call.emit(combine(value, other.value), Math.max(timestamp, other.at))
      met?.push(other)
    }
    if (row.at > call.watermark) {
      insertRow(state.left, row)
      if (row.at <= endOfTime) call.setTimer(row.at)
    } else if (!row.matched && this.#leftAlone) call.emit(combine(value, undefined), ownTime(row))
    if (met !== undefined) for (const other of met) other.matched = true
  }

  #onRight(call: KeyedCall<IntervalState>, value: unknown): void {
    const { timestamp, state } = call
    const { fromMs, where, combine } = this.#interval
    const met: LeftRow[] | undefined = this.#leftAlone ? [] : undefined
    const latest = atMost(timestamp - fromMs)
    const come = { at: timestamp, value, matched: false }
    const { rows } = state.left
    for (let index = indexFrom(state.left, timestamp); index < rows.length; index += 1) {
      const row = rows[index]!
      if (row.time > latest) {
        if (this.#steady) break
        continue
      }
      if (where !== undefined && !where(row.value, value)) continue
      call.emit(combine(row.value, value), Math.max(row.time, timestamp))
      come.matched = true
      met?.push(row)
    }
    if (latest > call.watermark) this.#keepRight(call, come, latest)
    else if (!come.matched && this.#rightAlone)
      call.emit(combine(undefined, value), this.#rightTime(timestamp))
    if (met !== undefined) for (const row of met) row.matched = true
  }

  #keepRight(call: KeyedCall<IntervalState>, come: RightRow, latest: number): void {
    const { right } = call.state
    // Without a bound all rows are partners, in any order.
    if (latest === Number.POSITIVE_INFINITY) right.rows.push(come)
    else insertRow(right, come)
    if (latest <= endOfTime) call.setTimer(latest)
  }

  /** As {@link ownTime}, of a row on the right. */
  #rightTime(time: number): number {
    return Math.max(time, atMost(time - this.#interval.fromMs))
  }
}

/** The time of a result without a partner, which is not late for what follows: the row's, or when it is known. */
function ownTime({ at, time }: LeftRow): number {
  return Math.max(at, time)
}

/** Waiting beyond the end of time, yet not for ever, would not come to an end with the input. */
function atMost(time: number): number {
  return time > endOfTime && time !== Number.POSITIVE_INFINITY ? endOfTime : time
}

/** Where rows say their own ends, "for ever" lasts until the end of time, so that it comes to an end with the input. */
function endBy(to: (left: unknown, timestamp: number) => number) {
  return (left: unknown, timestamp: number): number => {
    const end = to(left, timestamp)
    if (typeof end === 'number' && !Number.isNaN(end)) return Math.min(end, endOfTime)
    throw new MillraceError('OPERATOR_FAILED', `the end of an interval is ${String(end)}, not a time`)
  }
}
