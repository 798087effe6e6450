import type { Emit, OperatorContext } from '../../src/contract/operator.ts'
import type { MillraceError } from '../../src/errors.ts'
import type { Journal } from '../../src/state/journal.ts'
import { type Key, keyText } from '../../src/state/key.ts'
import type { StateMap } from '../../src/state/keyed-state.ts'
import type { KeyedTimers } from '../../src/state/keyed-timers.ts'
import { beginningOfTime } from '../../src/time/end-of-time.ts'
import { HeldEmissions } from './held-emissions.ts'
import type { KeyedCall } from './keyed-logic.ts'

/** One object for all calls: nothing is allocated for a record. */
export class CurrentCall<S> implements KeyedCall<S> {
  key: Key = ''
  timestamp = 0
  watermark = beginningOfTime
  handedOn = beginningOfTime
  ending = false
  ofTimer = false
  now = 0
  state!: S
  readonly emit: Emit<unknown>
  readonly sideOutput: OperatorContext<unknown>['sideOutput']
  readonly count: OperatorContext<unknown>['count']
  readonly goesOn: boolean
  readonly #context: OperatorContext<unknown>
  readonly #timers: KeyedTimers
  readonly #processingTimers: KeyedTimers
  readonly #touched: Set<Key>
  readonly #journal: Journal | undefined
  readonly #cells: StateMap<S>
  readonly #held: HeldEmissions | undefined

  constructor(
    context: OperatorContext<unknown>,
    cells: StateMap<S>,
    timers: KeyedTimers,
    processingTimers: KeyedTimers,
    touched: Set<Key>,
    journal: Journal | undefined,
  ) {
    this.#context = context
    this.#held = context.goesOn ? new HeldEmissions(context) : undefined
    const { emit, sideOutput } = this.#held?.outputs ?? context
    this.emit = emit
    this.sideOutput = sideOutput
    this.count = context.count
    this.goesOn = context.goesOn
    this.#cells = cells
    this.#timers = timers
    this.#processingTimers = processingTimers
    this.#touched = touched
    this.#journal = journal
  }

  /** What was thrown in a timer, which has no record to say where. */
  failed(error: unknown): MillraceError {
    return this.#context.failed(error).at({ key: keyText(this.key), time: timeText(this.timestamp) })
  }

  refuse(error: unknown, value: unknown, timestamp: number): void {
    this.#context.refuse(this.ofTimer ? this.failed(error) : error, value, timestamp)
  }

  attempt(act: () => void, value: () => unknown): void {
    if (!this.ofTimer || this.#held === undefined) {
      act()
      return
    }
    this.#journal?.begin()
    // Notes how it is now.
    this.#cells.get(this.key)
    try {
      this.#held.during(act)
    } catch (error) {
      this.#journal?.undo()
      this.state = this.#cells.get(this.key)!
      this.refuse(error, value(), this.timestamp)
    }
  }

  setTimer(time: number): void {
    this.#add(this.#timers, time)
  }

  deleteTimer(time: number): void {
    this.#delete(this.#timers, time)
  }

  setProcessingTimer(time: number): void {
    this.#add(this.#processingTimers, time)
    this.#context.wakeAt(time)
  }

  deleteProcessingTimer(time: number): void {
    this.#delete(this.#processingTimers, time)
  }

  /** Not undone: of a key that is as it was, there is nothing to say. */
  touch(): void {
    this.#touched.add(this.key)
  }

  /** A key has no state any more. */
  dropTimers(key: Key): void {
    for (const timers of [this.#timers, this.#processingTimers]) {
      for (const time of timers.timesOf(key)) this.#delete(timers, time, key)
    }
  }

  #add(timers: KeyedTimers, time: number): void {
    const { key } = this
    if (timers.add(key, time)) this.#journal?.note(() => timers.delete(key, time))
  }

  #delete(timers: KeyedTimers, time: number, key = this.key): void {
    if (timers.delete(key, time)) this.#journal?.note(() => timers.add(key, time))
  }
}

/** The end of time, and what lies before all time, are no dates. */
function timeText(time: number): string {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time)
}
