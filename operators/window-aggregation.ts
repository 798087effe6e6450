import type { Emit, Operator, OperatorContext } from '../src/contract/operator.ts'
import type { Snapshot } from '../src/contract/snapshot.ts'
import { MillraceError } from '../src/errors.ts'
import { decodeCbor, encodeCbor } from '../src/state/cbor.ts'
import { Journal } from '../src/state/journal.ts'
import { checkedKey, compareKeys, type Key, keyText } from '../src/state/key.ts'
import type { KeyedState, StateMap } from '../src/state/keyed-state.ts'
import { keyedStateIn } from '../src/state/keyed-state-in.ts'
import { type Migrate, migratedValue } from '../src/state/named-values.ts'
import { checkState } from '../src/state/plain-data.ts'
import { plainContent } from '../src/state/state-content.ts'
import { checkStateLayout, stateLayout } from '../src/state/state-layout.ts'
import type { AlignedWindows, SlidingWindows, TimeWindow } from '../src/stream.ts'
import { beginningOfTime } from '../src/time/end-of-time.ts'
import { Timers } from '../src/time/timers.ts'
import { lateRecord, onBetween } from './windows/late-record.ts'
import { type MergedSlice, MergedSlices, type SliceOfKeys } from './windows/merged-slices.ts'
import { type Slicing, slicingOf } from './windows/slicing.ts'
import { merged, type Unmerged } from './windows/unmerged.ts'
import type { WindowContent } from './windows/window-content.ts'

export interface WindowAggregationOptions {
  readonly assigner: AlignedWindows<unknown> | SlidingWindows<unknown>
  readonly keySelector: (value: unknown) => Key
  /** What is kept for each key and slice. */
  readonly content: WindowContent<unknown[]>
}

/** One accumulator for each aggregate, in their order. */
type Accumulators = unknown[]

/** What the part of a snapshot holds; the layers are the keyed state. */
interface Header {
  readonly watermark: number
  readonly shape: string
  readonly names?: readonly string[]
}

/**
 * Windows of keyed records. State is kept by slice of time and then by key: consecutive records mostly fall into the same
 * slice, so a record costs one look-up, and a slice that no window holds any more is dropped whole. A window side by
 * side with others is one slice; a sliding one is put together of several when it closes.
 */
export class WindowAggregation implements Operator<unknown> {
  readonly tellsRunning = true
  readonly process: Emit<unknown>
  readonly #context: OperatorContext<unknown>
  readonly #assigner: WindowAggregationOptions['assigner']
  readonly #slicing: Slicing
  readonly #content: WindowContent<Accumulators>
  readonly #late: Emit<unknown> | undefined
  readonly #journal: Journal | undefined
  readonly #state: KeyedState<Accumulators>
  readonly #restored: Snapshot | undefined
  readonly #timers = new Timers()
  readonly #windowEndingAt = new Map<number, TimeWindow>()
  /** Slices whose last window ends there. */
  readonly #slicesEndingAt = new Map<number, Set<number>>()
  readonly #merged: MergedSlices<Accumulators> | undefined
  /** Slices by their numbers, for those that are merged. */
  readonly #startOf = new Map<number, number>()
  #watermark = beginningOfTime
  /** The slice of the last record, by its start. */
  #start = Number.NaN
  #current: StateMap<Accumulators> | undefined
  /** The slices that records have come into since a window closed: none of them has been merged since. */
  readonly #entered = new Map<number, StateMap<Accumulators>>()
  /** What the state of each key was made of when it was written. */
  #namesBefore: readonly string[] | undefined
  readonly #check = (key: Key, accumulators: Accumulators) => {
    try {
      checkState(key, accumulators, this.#content.placeOf)
    } catch (error) {
      throw this.#context.failed(error)
    }
  }

  constructor(
    { assigner, keySelector, content }: WindowAggregationOptions,
    context: OperatorContext<unknown>,
    restored: Snapshot | undefined,
  ) {
    this.#context = context
    this.#journal = context.goesOn ? new Journal() : undefined
    this.#assigner = assigner
    this.#slicing = slicingOf(assigner)
    this.#content = content
    this.#state = keyedStateIn(context, plainContent<Accumulators>(this.#shape(), this.#check), this.#journal)
    if (assigner.kind === 'sliding') {
      this.#merged = new MergedSlices(content, (number) => this.#sliceAt(number))
    }
    this.#late = context.sideOutput('late')
    this.process = this.#accumulating(keySelector)
    this.#restored = restored
    if (restored !== undefined) this.#restore(restored)
  }

  async open(): Promise<void> {
    if (this.#restored?.layers === undefined) return
    await this.#state.open(this.#restored.layers, this.#context)
    const { migrate } = this.#restored
    if (migrate !== undefined) this.#migrate(migrate)
    for (const start of this.#state.namespaces()) this.#expect(start, this.#slicing.windowsOf(start))
  }

  ready(): Promise<void> | undefined {
    return this.#state.room()
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
    const { names } = this.#content
    const header: Header = { watermark: this.#watermark, shape: this.#shape(), ...(names && { names }) }
    return { schema: stateLayout, parts: [encodeCbor(header)], changes: this.#state.snapshot() }
  }

  #accumulating(keySelector: (value: unknown) => Key): Emit<unknown> {
    const { startOf } = this.#slicing
    const { add } = this.#content
    const { number, running } = this.#context
    return (value, timestamp) => {
      running.operator = number
      const start = startOf(timestamp)
      if (start === this.#start || this.#enter(start)) {
        const key = keySelector(value)
        const accumulators = this.#current!.get(key) ?? this.#open(key, keySelector)
        add(accumulators, value, timestamp)
      } else this.#onOutside(value, timestamp, start)
      running.operator = 0
    }
  }

  /** Makes a slice the current one, unless it has no windows or all of them have closed already. */
  #enter(start: number): boolean {
    const entered = this.#entered.get(start) ?? this.#opened(start)
    if (entered === undefined) return false
    this.#current = entered
    this.#start = start
    return true
  }

  #opened(start: number): StateMap<Accumulators> | undefined {
    const windows = this.#slicing.windowsOf(start)
    const last = windows.at(-1)
    if (last === undefined || last.end - 1 <= this.#watermark) return undefined
    this.#expect(start, windows)
    const slice = this.#state.within(start)
    this.#entered.set(start, slice)
    return slice
  }

  /** Sees to it that the windows of a slice close, and that the slice is dropped with the last of them. */
  #expect(start: number, windows: readonly TimeWindow[]): void {
    for (const window of windows) {
      if (window.end - 1 <= this.#watermark) continue
      this.#timers.add(window.end)
      this.#windowEndingAt.set(window.end, window)
    }
    const { end } = windows.at(-1)!
    const slices = this.#slicesEndingAt.get(end)
    if (slices === undefined) this.#slicesEndingAt.set(end, new Set([start]))
    else slices.add(start)
    if (this.#assigner.kind !== 'sliding') return
    const number = this.#assigner.numberOf(start)
    this.#startOf.set(number, start)
    this.#merged!.forget(number)
  }

  #open(key: Key, keySelector: (value: unknown) => Key): Accumulators {
    try {
      checkedKey(key)
    } catch (error) {
      throw this.#context.failed(error, keySelector)
    }
    const accumulators = this.#content.create()
    this.#current!.set(key, accumulators)
    return accumulators
  }

  #close(end: number): void {
    const window = this.#windowEndingAt.get(end)!
    this.#windowEndingAt.delete(end)
    for (const [key, accumulators] of this.#closed(window)) {
      const results = this.#resultsOf(key, window, accumulators)
      try {
        for (const result of results) this.#context.emit(result, end - 1)
      } catch (error) {
        throw this.#failed(error, key, window)
      }
    }
  }

  /** What was thrown while a window closes, which has no record to say where. */
  #failed(error: unknown, key: Key, { start }: TimeWindow): MillraceError {
    return this.#context.failed(error).at({ key: keyText(key), window: new Date(start).toISOString() })
  }

  /** What fails of them is refused as a whole: there is no record at hand. Aggregates give theirs at once. */
  #resultsOf(key: Key, bounds: TimeWindow, accumulators: Accumulators | Unmerged): Iterable<unknown> {
    const { start, end } = bounds
    const window = this.#assigner.window(start, end)
    try {
      return this.#content.results(key, window, merged(accumulators))
    } catch (error) {
      this.#context.refuse(this.#failed(error, key, bounds), { key, window }, end - 1)
      return []
    }
  }

  /** The content of a window, in the order of its keys. What no window holds any more is dropped. */
  #closed(window: TimeWindow): [Key, Accumulators | Unmerged][] {
    const { end } = window
    const results = [...this.#within(window).entries()].sort(([a], [b]) => compareKeys(a, b))
    for (const start of this.#slicesEndingAt.get(end) ?? []) this.#drop(start)
    this.#slicesEndingAt.delete(end)
    this.#start = Number.NaN
    this.#entered.clear()
    return results
  }

  #within({ start, end }: TimeWindow): MergedSlice<Accumulators> {
    if (this.#assigner.kind !== 'sliding') return this.#state.within(start)
    const first = this.#assigner.numberOf(start)
    this.#merged!.forgetBefore(first)
    return this.#merged!.between(first, this.#assigner.numberOf(end))
  }

  #drop(start: number): void {
    this.#state.drop(start)
    if (this.#assigner.kind === 'sliding') this.#startOf.delete(this.#assigner.numberOf(start))
  }

  #sliceAt(number: number): SliceOfKeys<Accumulators> | undefined {
    const start = this.#startOf.get(number)
    return start === undefined ? undefined : this.#state.within(start)
  }

  /** A record of a slice that cannot be entered. */
  #onOutside(value: unknown, timestamp: number, start: number): void {
    if (this.#slicing.windowsOf(start).length === 0) {
      onBetween(this.#context)
      return
    }
    this.#context.count('late')
    if (this.#late === undefined) throw lateRecord(timestamp, this.#watermark)
    this.#late(value, timestamp)
  }

  /** What must be the same for a snapshot to fit. */
  #shape(): string {
    return `${this.#assigner.name}: ${this.#content.shape}`
  }

  #restore({ schema: found, parts: [header], migrate }: Snapshot): void {
    checkStateLayout(found)
    const { watermark, shape, names } = decodeCbor(header!) as Header
    if (shape !== this.#shape() && migrate === undefined) {
      throw new MillraceError(
        'CHECKPOINT_INCOMPATIBLE',
        `the checkpoint holds windows of another shape (${shape}) than the job now has (${this.#shape()})`,
      )
    }
    this.#watermark = watermark
    this.#namesBefore = names
  }

  /** Every value counts as changed from now on: the next checkpoint has no other. */
  #migrate(migrate: Migrate): void {
    const { names } = this.#content
    const fresh = () => this.#content.create()
    for (const start of this.#state.namespaces()) {
      const slice = this.#state.within(start)
      for (const [key, accumulators] of [...slice.entries()])
        slice.set(
          key,
          migratedValue(accumulators, key, migrate, this.#namesBefore, names, fresh) as Accumulators,
        )
    }
  }
}
