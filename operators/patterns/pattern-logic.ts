import { MillraceError } from '../../src/errors.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import type { Automaton } from './automaton.ts'
import { MatchRows } from './match-rows.ts'
import { Matcher } from './matcher.ts'
import { emptyState, type PatternState, release } from './partial-matches.ts'
import { inOrder, type OrderBy } from './record-order.ts'
import type { Resume } from './skip.ts'

type Call = KeyedCall<PatternState>

export interface PatternLogicOptions {
  readonly shape: string
  readonly automaton: Automaton
  readonly resume: Resume | undefined
  readonly orderBy: OrderBy | undefined
  readonly maxPartialMatches: number
}

/** Finds a pattern in the records of a key, in the order of their time: they wait for the watermark. */
export class PatternLogic implements KeyedLogic<PatternState> {
  readonly allOrNothing = true
  readonly shape: string
  readonly #options: PatternLogicOptions
  readonly #matcher: Matcher
  readonly #rows: MatchRows

  constructor(options: PatternLogicOptions) {
    this.shape = options.shape
    this.#options = options
    this.#matcher = new Matcher(options.automaton)
    this.#rows = new MatchRows(options.automaton.steps)
  }

  create(): PatternState {
    return emptyState()
  }

  isEmpty({ waiting, partial, complete }: PatternState): boolean {
    return waiting.size === 0 && partial.length === 0 && complete.length === 0
  }

  onRecord(call: Call, value: unknown): void {
    const { timestamp, state } = call
    // If it fails for a record, then here: one that waits can be put in order.
    this.#options.orderBy?.(value)
    const waiting = state.waiting.get(timestamp)
    if (timestamp <= call.watermark) this.#onLate(call, value)
    else if (waiting !== undefined) waiting.push(value)
    else {
      state.waiting.set(timestamp, [value])
      call.setTimer(timestamp)
    }
  }

  /** What is over at this time ends before the records of this time come. */
  onTimer(call: Call, time: number): void {
    const { state } = call
    const { withinMs, limitsMs } = this.#options.automaton
    if (withinMs !== undefined || limitsMs.length > 0) this.#expire(call, time)
    const values = state.waiting.get(time)
    if (values === undefined) return
    state.waiting.delete(time)
    for (const value of inOrder(values, this.#options.orderBy)) this.#advance(call, value, time)
  }

  #expire(call: Call, time: number): void {
    const { state } = call
    this.#matcher.expire(state, time, (last) => {
      call.count('timed-out')
      call.sideOutput('timedOut')?.(this.#rows.row(state, last), time)
    })
    this.#emitComplete(call)
  }

  #advance(call: Call, value: unknown, time: number): void {
    if (!this.#hasAdvanced(call, value, time)) return
    const { state } = call
    const { withinMs, limitsMs } = this.#options.automaton
    if (withinMs !== undefined && state.partial.at(-1)?.firstTime === time) call.setTimer(time + withinMs)
    if (limitsMs.length > 0 && state.partial.some(({ lastTime }) => lastTime === time))
      for (const limitMs of limitsMs) call.setTimer(time + limitMs)
    this.#emitComplete(call)
    this.#checkSize(call)
  }

  /** A record that a condition fails for leaves nothing behind. */
  #hasAdvanced(call: Call, value: unknown, time: number): boolean {
    const before = call.goesOn ? structuredClone(call.state) : undefined
    try {
      this.#matcher.advance(call.state, value, time)
      return true
    } catch (error) {
      if (before !== undefined) call.state = before
      call.refuse(error, value, time)
      return false
    }
  }

  /** Emits matches, those that begin first before others: one waits until no partial match begins before it. */
  #emitComplete({ state, emit, timestamp }: Call): void {
    const { resume } = this.#options
    for (let match = state.complete[0]; match !== undefined; match = state.complete[0]) {
      const earliest = state.partial[0]
      if (resume !== undefined && earliest !== undefined && earliest.first < match.first) return
      state.complete.shift()
      emit(this.#rows.row(state, match.last), timestamp)
      if (resume !== undefined) dropBefore(state, resume(state, match))
      release(state, match.last)
    }
  }

  #checkSize({ key, state: { partial, complete } }: Call): void {
    const size = partial.length + complete.length
    if (size <= this.#options.maxPartialMatches) return
    throw new MillraceError(
      'PATTERN_TOO_WIDE',
      `the key ${JSON.stringify(String(key))} has ${size} partial matches, more than ${this.#options.maxPartialMatches}`,
    )
  }

  #onLate(call: Call, value: unknown): void {
    call.count('late')
    const late = call.sideOutput('late')
    if (late === undefined) throw lateError(call)
    late(value, call.timestamp)
  }
}

function lateError({ timestamp, watermark }: Call): MillraceError {
  return new MillraceError(
    'RECORD_LATE',
    `a record of ${timestamp} came when event time was complete up to ${watermark}, after its place in the order`,
  )
}

/** Drops what begins before this record. */
function dropBefore(state: PatternState, record: number): void {
  for (const { first, last } of state.partial) if (first < record) release(state, last)
  for (const { first, last } of state.complete) if (first < record) release(state, last)
  state.partial = state.partial.filter(({ first }) => first >= record)
  state.complete = state.complete.filter(({ first }) => first >= record)
}
