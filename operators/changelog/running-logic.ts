import type { Key } from '../../src/state/key.ts'
import { endOfTime } from '../../src/time/end-of-time.ts'
import { milliseconds } from '../../src/units.ts'
import { type Accumulation, accumulationOf, type Removal, removalOf } from '../accumulation.ts'
import type { Aggregate } from '../aggregates/definition.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import type { Retraction } from './as-retractions.ts'
import { netChange } from './net-change.ts'
import type { RunningOptions } from './running-options.ts'
import { onUnknownRow } from './unknown-row.ts'

/** What is known of a key. */
interface RunningState {
  readonly accumulators: unknown[]
  /** How many values are in the accumulators. */
  count: number
  /** The greatest event time of a record. */
  latest: number
  /** Set while there is a change that is not told yet: the row that was told last, and whether telling it has failed. */
  untold: { readonly row: unknown; readonly failed?: true } | undefined
}

/** A row for each key. */
export interface RunningRows {
  readonly aggregates: readonly Aggregate<unknown, unknown>[]
  /** `undefined` if there is none. */
  readonly rowOf: (key: Key, results: readonly unknown[]) => unknown
  /** Whether records are retractions of a changelog, and all aggregates can take values out again. */
  readonly retracting: boolean
  readonly shape: string
}

type Call = KeyedCall<RunningState>

/** Keeps a row for each key up to date, and tells of its changes. */
export class RunningLogic implements KeyedLogic<RunningState> {
  readonly shape: string
  /** Only there when it is of use. */
  readonly onProcessingTimer?: (call: Call) => void
  readonly #rows: RunningRows
  readonly #add: Accumulation
  readonly #remove: Removal
  readonly #idleMs: number
  readonly #everyMs: number | undefined
  readonly #everyRecord: boolean

  constructor(rows: RunningRows, { emit = 'per-batch', idle }: RunningOptions) {
    this.shape = rows.shape
    this.#rows = rows
    this.#add = accumulationOf(rows.aggregates)
    this.#remove = removalOf(rows.aggregates)
    this.#idleMs = idle === undefined ? Number.POSITIVE_INFINITY : milliseconds(idle)
    this.#everyMs = typeof emit === 'object' ? milliseconds(emit.every) : undefined
    this.#everyRecord = emit === 'every-record'
    if (this.#everyMs !== undefined) this.onProcessingTimer = (call) => this.#tell(call)
  }

  create(): RunningState {
    return {
      accumulators: this.#rows.aggregates.map((aggregate) => aggregate.create()),
      count: 0,
      latest: Number.NEGATIVE_INFINITY,
      untold: undefined,
    }
  }

  onRecord(call: Call, value: unknown): void {
    if (call.timestamp - call.state.latest > this.#idleMs && call.state.count > 0) this.#forget(call)
    const { state } = call
    const first = state.untold === undefined || state.untold.failed === true
    if (first) state.untold = { row: state.untold === undefined ? this.#row(call) : state.untold.row }
    if (this.#rows.retracting) this.#take(state, value as Retraction<unknown, unknown>, call)
    else this.#put(state, value, call.timestamp)
    if (call.timestamp > state.latest) this.#live(call)
    if (this.#everyRecord) this.#tell(call)
    else if (this.#everyMs === undefined) call.touch()
    else if (call.now === Number.POSITIVE_INFINITY) this.#tell(call)
    else if (first) {
      call.setProcessingTimer(call.now + this.#everyMs)
      // An input may end before the others do, and then nothing may follow its end.
      call.setTimer(endOfTime)
    }
  }

  onTouched(call: Call): void {
    this.#tell(call)
  }

  onTimer(call: Call, time: number): void {
    if (time === endOfTime) {
      this.#tell(call)
      return
    }
    const until = call.state.latest + this.#idleMs
    if (until > time) call.setTimer(until)
    else this.#forget(call)
  }

  isEmpty({ count, untold }: RunningState): boolean {
    return count === 0 && untold === undefined
  }

  #put(state: RunningState, value: unknown, timestamp: number): void {
    this.#add(state.accumulators, value, timestamp)
    state.count += 1
  }

  #take(state: RunningState, { op, value }: Retraction<unknown, unknown>, call: Call): void {
    if (op === 'insert') this.#put(state, value, call.timestamp)
    else if (state.count === 0) onUnknownRow(call, this.#idleMs < Number.POSITIVE_INFINITY)
    else {
      this.#remove(state.accumulators, value)
      state.count -= 1
      call.count('retracted')
    }
  }

  #live(call: Call): void {
    const { state } = call
    if (state.latest === Number.NEGATIVE_INFINITY && this.#idleMs < Number.POSITIVE_INFINITY) {
      call.setTimer(call.timestamp + this.#idleMs)
    }
    state.latest = call.timestamp
  }

  #forget(call: Call): void {
    this.#tell(call)
    call.state = this.create()
    if (!call.ending) call.count('forgotten')
  }

  #tell(call: Call): void {
    const { untold, latest } = call.state
    if (untold === undefined) return
    if (this.#everyMs !== undefined) call.deleteTimer(endOfTime)
    const timestamp = Math.max(latest, this.#earliest(call))
    const now = this.#toTell(call, timestamp)
    if (now === undefined) {
      call.state.untold = { row: untold.row, failed: true }
      return
    }
    call.state.untold = undefined
    const change = netChange(call.key, untold.row, now.row)
    if (change !== undefined) call.emit(change, timestamp)
  }

  /**
   * The row as it is now. If it fails when no record is at hand, the row is refused in a job that goes on, and the key
   * waits for another record.
   */
  #toTell(call: Call, timestamp: number): { readonly row: unknown } | undefined {
    if (!call.goesOn || !call.ofTimer) return { row: this.#row(call) }
    try {
      return { row: this.#row(call) }
    } catch (error) {
      call.refuse(error, { key: call.key }, timestamp)
      return undefined
    }
  }

  /** While a change waits, event time goes on; when it is told it must not be late. */
  #earliest({ handedOn }: Call): number {
    return this.#everyMs === undefined ? Number.NEGATIVE_INFINITY : handedOn + 1
  }

  #row({ key, state }: Call): unknown {
    if (state.count === 0) return undefined
    const { aggregates, rowOf } = this.#rows
    return rowOf(
      key,
      aggregates.map((aggregate, index) => aggregate.result(state.accumulators[index])),
    )
  }
}
