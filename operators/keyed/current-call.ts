import type { Emit, OperatorContext } from '../../src/contract/operator.ts'
import type { Journal } from '../../src/state/journal.ts'
import type { Key } from '../../src/state/key.ts'
import type { KeyedTimers } from '../../src/state/keyed-timers.ts'
import { beginningOfTime } from '../../src/time/end-of-time.ts'
import type { KeyedCall } from './keyed-logic.ts'

/** One object for all calls: nothing is allocated for a record. */
export class CurrentCall<S> implements KeyedCall<S> {
  key: Key = ''
  timestamp = 0
  watermark = beginningOfTime
  handedOn = beginningOfTime
  ending = false
  now = 0
  state!: S
  readonly emit: Emit<unknown>
  readonly sideOutput: OperatorContext<unknown>['sideOutput']
  readonly count: OperatorContext<unknown>['count']
  readonly refuse: OperatorContext<unknown>['refuse']
  readonly goesOn: boolean
  readonly #context: OperatorContext<unknown>
  readonly #timers: KeyedTimers
  readonly #processingTimers: KeyedTimers
  readonly #touched: Set<Key>
  readonly #journal: Journal | undefined

  constructor(
    context: OperatorContext<unknown>,
    timers: KeyedTimers,
    processingTimers: KeyedTimers,
    touched: Set<Key>,
    journal: Journal | undefined,
  ) {
    this.#context = context
    this.emit = context.emit
    this.sideOutput = context.sideOutput
    this.count = context.count
    this.refuse = context.refuse
    this.goesOn = context.goesOn
    this.#timers = timers
    this.#processingTimers = processingTimers
    this.#touched = touched
    this.#journal = journal
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
