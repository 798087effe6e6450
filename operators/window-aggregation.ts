import type { Emit, Operator, OperatorContext } from '../src/contract/operator.ts'
import type { Snapshot } from '../src/contract/snapshot.ts'
import { MillraceError } from '../src/errors.ts'
import { decodeCbor, encodeCbor } from '../src/state/cbor.ts'
import { Journal } from '../src/state/journal.ts'
import { checkedKey, compareKeys, type Key } from '../src/state/key.ts'
import { MemoryKeyedState, type StateMap } from '../src/state/keyed-state.ts'
import type { WindowAssigner } from '../src/stream.ts'
import { beginningOfTime } from '../src/time/end-of-time.ts'
import { Timers } from '../src/time/timers.ts'
import { accumulationOf } from './accumulation.ts'
import type { Aggregate } from './aggregates/definition.ts'

export interface WindowAggregationOptions {
  readonly assigner: WindowAssigner<unknown>
  readonly keySelector: (value: unknown) => Key
  readonly aggregates: Readonly<Record<string, Aggregate<unknown, unknown>>>
}

/** One accumulator for each aggregate, in their order. */
type Accumulators = unknown[]

/** What the first part of a snapshot holds; the others are the keyed state. */
interface Header {
  readonly watermark: number
  readonly shape: string
}

const schema = 1

/**
 * Windows of keyed records. State is kept by window and then by key: consecutive records mostly fall into the same
 * window, so a record costs one look-up, and a window that closes is dropped whole.
 */
export class WindowAggregation implements Operator<unknown> {
  readonly process: Emit<unknown>
  readonly #context: OperatorContext<unknown>
  readonly #assigner: WindowAssigner<unknown>
  readonly #names: readonly string[]
  readonly #aggregates: readonly Aggregate<unknown, unknown>[]
  readonly #late: Emit<unknown> | undefined
  readonly #journal: Journal | undefined
  readonly #state: MemoryKeyedState<Accumulators>
  readonly #timers = new Timers()
  readonly #startOfWindowEndingAt = new Map<number, number>()
  #watermark = beginningOfTime
  /** The window of the last record, by its start. */
  #start = Number.NaN
  #current: StateMap<Accumulators> | undefined

  constructor(
    options: WindowAggregationOptions,
    context: OperatorContext<unknown>,
    restored: Snapshot | undefined,
  ) {
    this.#context = context
    this.#journal = context.goesOn ? new Journal() : undefined
    this.#state = new MemoryKeyedState(this.#journal)
    this.#assigner = options.assigner
    this.#names = Object.keys(options.aggregates)
    this.#aggregates = Object.values(options.aggregates)
    this.#late = context.sideOutput('late')
    this.process = this.#accumulating(options.keySelector)
    if (restored !== undefined) this.#restore(restored)
  }

  begin(): void {
    this.#journal?.begin()
  }

  undo(): void {
    this.#journal?.undo()
  }

  onWatermark(timestamp: number): void {
    // After a restore the watermark may begin further back than it was.
    if (timestamp <= this.#watermark) return
    this.#watermark = timestamp
    for (
      let end = this.#timers.takeDue(timestamp + 1);
      end !== undefined;
      end = this.#timers.takeDue(timestamp + 1)
    ) {
      this.#close(end)
    }
    this.#context.emitWatermark(timestamp)
  }

  snapshot(): Snapshot {
    const header: Header = { watermark: this.#watermark, shape: this.#shape() }
    return { schema, parts: [encodeCbor(header), ...this.#state.snapshot().parts] }
  }

  #accumulating(keySelector: (value: unknown) => Key): Emit<unknown> {
    const assigner = this.#assigner
    const add = accumulationOf(this.#aggregates)
    return (value, timestamp) => {
      const start = assigner.startOf(timestamp)
      if (start !== this.#start && !this.#enter(start)) return this.#onLate(value, timestamp)
      const key = keySelector(value)
      const accumulators = this.#current!.get(key) ?? this.#open(key)
      add(accumulators, value, timestamp)
    }
  }

  /** Makes a window the current one, unless it has closed already. */
  #enter(start: number): boolean {
    const end = this.#assigner.endOf(start)
    if (end - 1 <= this.#watermark) return false
    this.#timers.add(end)
    this.#startOfWindowEndingAt.set(end, start)
    this.#current = this.#state.within(start)
    this.#start = start
    return true
  }

  #open(key: Key): Accumulators {
    const accumulators = this.#aggregates.map((aggregate) => aggregate.create())
    this.#current!.set(checkedKey(key), accumulators)
    return accumulators
  }

  #close(end: number): void {
    const start = this.#startOfWindowEndingAt.get(end)!
    const results = [...this.#state.within(start).entries()].sort(([a], [b]) => compareKeys(a, b))
    this.#state.drop(start)
    this.#startOfWindowEndingAt.delete(end)
    if (start === this.#start) this.#start = Number.NaN
    for (const [key, accumulators] of results)
      this.#context.emit(this.#result(key, start, accumulators), end - 1)
  }

  #result(key: Key, start: number, accumulators: Accumulators): unknown {
    const result: Record<string, unknown> = { key, window: this.#assigner.window(start) }
    for (let index = 0; index < this.#names.length; index += 1) {
      result[this.#names[index]!] = this.#aggregates[index]!.result(accumulators[index])
    }
    return result
  }

  #onLate(value: unknown, timestamp: number): void {
    this.#context.count('late')
    if (this.#late === undefined) throw this.#lateError(timestamp)
    this.#late(value, timestamp)
  }

  #lateError(timestamp: number): MillraceError {
    return new MillraceError(
      'RECORD_LATE',
      `a record of ${instant(timestamp)} came when event time was complete up to ${instant(this.#watermark)}, after its window had closed`,
    )
  }

  /** What must be the same for a snapshot to fit. */
  #shape(): string {
    const aggregates = this.#names.map((name, index) => `${name} = ${this.#aggregates[index]!.kind}`)
    return `${this.#assigner.name}: ${aggregates.join(', ')}`
  }

  #restore({ schema: found, parts: [header, ...state] }: Snapshot): void {
    const { watermark, shape } = decodeCbor(header!) as Header
    if (found !== schema || shape !== this.#shape()) {
      throw new MillraceError(
        'CHECKPOINT_INCOMPATIBLE',
        `the checkpoint holds windows of another shape (${shape}) than the job now has (${this.#shape()})`,
      )
    }
    this.#watermark = watermark
    this.#state.restore({ schema: 1, parts: state })
    for (const start of this.#state.namespaces()) {
      this.#timers.add(this.#assigner.endOf(start))
      this.#startOfWindowEndingAt.set(this.#assigner.endOf(start), start)
    }
  }
}

function instant(timestamp: number): string {
  return Math.abs(timestamp) <= 8.64e15 ? new Date(timestamp).toISOString() : 'the end of time'
}
