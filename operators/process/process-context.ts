import type { Emit } from '../../src/contract/operator.ts'
import type { Current } from './current.ts'
import type { KeyTimers, ProcessTimers } from './key-timers.ts'

/**
 * What the functions of `process(…)` and `connect(…)` work with, for the key at hand. `K` is the key, `S` the states by
 * their names, `O` what leaves by each side output, `E` what `emit` takes. It serves one call: keep nothing of it.
 */
export interface ProcessContext<out K, out S, in O, in E> {
  readonly key: K
  /** The event time of the record, or the time of the timer: in milliseconds since 1970. Results get it too. */
  readonly timestamp: number
  /** Up to where event time is complete. */
  readonly watermark: number
  /** Processing time, as of the batch of the record. A result that shows it is another one in a replay. */
  readonly now: number
  readonly state: S
  /** Timers of event time: they fire when the watermark comes to them, in the order of time, then of keys. */
  readonly timers: ProcessTimers
  /** Timers of processing time. At the end of the input all that are left fire. */
  readonly processingTimers: ProcessTimers
  /** Hands on a result. A record in `emits` says its type. Costs less than `yield`. */
  readonly emit: (result: E) => void
  /** Hands a record to a side output. If the job reads it nowhere, it is counted as `<operator>.unread-<name>`. */
  readonly output: <N extends keyof O>(name: N, value: O[N]) => void
}

/** The context of whichever call is being served. */
export class CurrentContext implements ProcessContext<unknown, object, Record<string, unknown>, unknown> {
  readonly state: object
  readonly timers: KeyTimers
  readonly processingTimers: KeyTimers
  /** Of `processBroadcast(…)`. */
  readonly table: ReadonlyMap<unknown, unknown> | undefined
  readonly #current: Current
  readonly #outputs = new Map<string, Emit<unknown>>()

  constructor(
    current: Current,
    state: object,
    timers: KeyTimers,
    processingTimers: KeyTimers,
    table: ReadonlyMap<unknown, unknown> | undefined,
  ) {
    this.#current = current
    this.state = state
    this.timers = timers
    this.processingTimers = processingTimers
    this.table = table
  }

  get key(): unknown {
    return this.#current.call.key
  }

  get timestamp(): number {
    return this.#current.call.timestamp
  }

  get watermark(): number {
    return this.#current.call.watermark
  }

  get now(): number {
    return this.#current.now
  }

  readonly emit = (result: unknown): void => {
    const { call } = this.#current
    call.emit(result, call.timestamp)
  }

  readonly output = (name: string, value: unknown): void => {
    const emit = this.#outputs.get(name) ?? this.#open(name)
    emit(value, this.#current.call.timestamp)
  }

  #open(name: string): Emit<unknown> {
    const { call } = this.#current
    const emit = call.sideOutput(name) ?? (() => call.count(`unread-${name}`))
    this.#outputs.set(name, emit)
    return emit
  }
}
