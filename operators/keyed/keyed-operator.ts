import type { Emit, Operator, OperatorContext } from '../../src/contract/operator.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import { MillraceError } from '../../src/errors.ts'
import { cborView, decodeCbor, encodeCbor } from '../../src/state/cbor.ts'
import type { KeyTimes } from '../../src/state/files/state-entry.ts'
import { Journal } from '../../src/state/journal.ts'
import { checkedKey, type Key } from '../../src/state/key.ts'
import type { KeyedState, StateMap } from '../../src/state/keyed-state.ts'
import { keyedStateIn } from '../../src/state/keyed-state-in.ts'
import { KeyedTimers } from '../../src/state/keyed-timers.ts'
import { type Migrate, migratedValue } from '../../src/state/named-values.ts'
import { checkState } from '../../src/state/plain-data.ts'
import type { PackedValue, StateContent } from '../../src/state/state-content.ts'
import { checkStateLayout, stateLayout } from '../../src/state/state-layout.ts'
import { beginningOfTime, endOfTime } from '../../src/time/end-of-time.ts'
import { CurrentCall } from './current-call.ts'
import type { KeyedLogic, WrittenStates } from './keyed-logic.ts'

/** How records get their keys: one selector for each input. */
export type KeySelectors = readonly ((value: unknown) => Key)[]

/** What the part of a snapshot holds; the layers are the keyed state. */
interface Header {
  readonly watermark: number
  readonly shape: string
  readonly known?: unknown
  readonly names?: readonly string[]
  readonly encodings?: readonly (string | null)[]
}

/** Runs a {@link KeyedLogic} for every key: finds state, keeps timers, and puts both into checkpoints. */
export class KeyedOperator<S> implements Operator<unknown> {
  readonly process: Emit<unknown>
  /** Only there when it is of use: the engine tells the time only to operators that have it. */
  readonly onTick?: (now: number) => void
  readonly #logic: KeyedLogic<S>
  readonly #context: OperatorContext<unknown>
  readonly #journal: Journal | undefined
  readonly #state: KeyedState<S>
  readonly #cells: StateMap<S>
  readonly #timers = new KeyedTimers()
  readonly #processingTimers = new KeyedTimers()
  readonly #touched = new Set<Key>()
  readonly #call: CurrentCall<S>
  readonly #restored: Snapshot | undefined
  /** The times of the last barrier: by these it is decided what a checkpoint leaves out. */
  #cutWatermark = beginningOfTime
  #cutNow = 0
  /** What the state of each key was made of when it was written. */
  #namesBefore: readonly string[] | undefined
  /** What states were when they were written: others than now until they have been migrated. */
  #written: WrittenStates
  readonly #placeOf = (path: string) => this.#logic.placeOf?.(path) ?? path
  #input = 0

  constructor(
    logic: KeyedLogic<S>,
    selectors: KeySelectors,
    context: OperatorContext<unknown>,
    restored: Snapshot | undefined,
  ) {
    this.#logic = logic
    this.#written = statesOf(logic)
    this.#context = context
    this.#journal =
      context.goesOn && (context.caught || logic.allOrNothing !== true) ? new Journal() : undefined
    this.#state = keyedStateIn(context, this.#content(), this.#journal)
    this.#cells = this.#state.within(0)
    this.#call = new CurrentCall(
      ...[context, this.#cells, this.#timers, this.#processingTimers, this.#touched, this.#journal],
    )
    this.#restored = restored
    if (restored !== undefined) this.#restore(restored)
    this.process = this.#processing(selectors)
    if (logic.onProcessingTimer !== undefined) this.onTick = (now) => this.#tick(now)
  }

  async open(): Promise<void> {
    if (this.#restored?.layers === undefined) return
    await this.#state.open(this.#restored.layers, this.#context)
    const earliest = this.#state.earliestToLoad('processing')
    if (earliest !== Number.POSITIVE_INFINITY) this.#context.wakeAt(earliest)
    const { migrate } = this.#restored
    if (migrate !== undefined) this.#migrate(migrate)
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

  onBatch(_split: string | undefined, input: number): void {
    this.#input = input
  }

  settle(): void {
    if (this.#touched.size === 0) return
    for (const key of this.#touched) this.#onTimer(key, this.#call.watermark, this.#logic.onTouched)
    this.#touched.clear()
  }

  onWatermark(timestamp: number): void {
    // After a restore the watermark may begin further back than it was.
    if (timestamp <= this.#call.watermark) return
    this.#call.ending = timestamp === endOfTime
    // An input may end long before the others do: what its timers tell by the clock would then be late.
    if (this.#call.ending) this.onTick?.(Number.POSITIVE_INFINITY)
    this.settle()
    this.#state.loadDue('event', timestamp)
    // What fires sees the time that it waited for, not how far the watermark happened to jump.
    for (
      let due = this.#timers.takeDue(timestamp);
      due !== undefined;
      due = this.#timers.takeDue(timestamp)
    ) {
      this.#call.watermark = Math.max(this.#call.watermark, due.time)
      for (const key of due.keys) this.#onTimer(key, due.time, this.#logic.onTimer, this.#timers)
    }
    this.#call.watermark = timestamp
    this.settle()
    this.#call.handedOn = timestamp
    this.#context.emitWatermark(timestamp)
  }

  snapshot(): Snapshot {
    this.#cutWatermark = this.#call.watermark
    this.#cutNow = this.#call.now
    const { watermark } = this.#call
    const { shape, names, encode, encodings } = this.#logic
    const header: Header = {
      ...{ watermark, shape, known: this.#logic.snapshot?.() },
      ...(names && { names }),
      ...(encode && encodings && { encodings: encodings.map((encoding) => encoding ?? null) }),
    }
    return { schema: stateLayout, parts: [encodeCbor(header)], changes: this.#state.snapshot() }
  }

  #processing(selectors: KeySelectors): Emit<unknown> {
    const logic = this.#logic
    const call = this.#call
    const cells = this.#cells
    return (value, timestamp) => {
      const key = selectors[this.#input]!(value)
      call.key = key
      call.timestamp = timestamp
      const known = cells.get(key)
      if (known === undefined) {
        this.#checkKey(key, selectors)
        call.state = logic.create(key)
        logic.onRecord(call, value, this.#input)
        if (!logic.isEmpty(call.state)) cells.set(key, call.state)
        return
      }
      call.state = known
      logic.onRecord(call, value, this.#input)
      this.#keep(key, known)
    }
  }

  #checkKey(key: Key, selectors: KeySelectors): void {
    try {
      checkedKey(key)
    } catch (error) {
      throw this.#context.failed(error, selectors[this.#input])
    }
  }

  #keep(key: Key, before: S): void {
    const { state } = this.#call
    if (this.#logic.isEmpty(state)) this.#drop(key)
    else if (state !== before) this.#cells.set(key, state)
  }

  /** A timer without state would fire in vain. */
  #drop(key: Key): void {
    this.#cells.delete(key)
    this.#call.dropTimers(key)
  }

  #tick(now: number): void {
    this.#call.now = now
    this.#state.loadDue('processing', now)
    for (
      let due = this.#processingTimers.takeDue(now);
      due !== undefined;
      due = this.#processingTimers.takeDue(now)
    ) {
      for (const key of due.keys)
        this.#onTimer(key, due.time, this.#logic.onProcessingTimer, this.#processingTimers)
    }
    // The engine keeps only the earliest time that it is asked for, and has just come to that.
    const { earliest = Number.POSITIVE_INFINITY } = this.#processingTimers
    const next = Math.min(earliest, this.#state.earliestToLoad('processing'))
    if (next !== Number.POSITIVE_INFINITY) this.#context.wakeAt(next)
  }

  #content(): StateContent<S> {
    return {
      shape: this.#logic.shape,
      pack: (key, state) => this.#pack(key, state),
      unpack: (value) => this.#unpack(value),
      onTimers: (key, timers) => this.#takeTimers(key, timers),
    }
  }

  /** What a checkpoint keeps of a key, after making sure that a restart would bring it back as it is. */
  #pack(key: Key, state: S): PackedValue | undefined {
    const pruned = this.#logic.prune === undefined ? state : this.#pruned(key, state)
    if (pruned === undefined) return undefined
    const kept = this.#encoded(key, pruned)
    const event = this.#timers.timesOf(key)
    const processing = this.#processingTimers.timesOf(key)
    return { value: cborView(kept), timers: { event, processing } }
  }

  /** Leaves out what had expired at the barrier; `undefined` if that is all. May come in the middle of another call. */
  #pruned(key: Key, state: S): S | undefined {
    const call = this.#call
    const { key: callKey, timestamp, watermark, now, state: callState } = call
    call.key = key
    call.timestamp = this.#cutWatermark
    call.watermark = this.#cutWatermark
    call.now = this.#cutNow
    call.state = state
    this.#logic.prune!(call)
    this.#keep(key, state)
    const pruned = this.#logic.isEmpty(call.state) ? undefined : call.state
    Object.assign(call, { key: callKey, timestamp, watermark, now, state: callState })
    return pruned
  }

  #encoded(key: Key, state: S): unknown {
    try {
      const encoded = this.#logic.encode === undefined ? state : this.#logic.encode(state)
      checkState(key, encoded, this.#placeOf)
      return encoded
    } catch (error) {
      throw this.#context.failed(error)
    }
  }

  #unpack(value: Uint8Array): S {
    const kept = decodeCbor(value)
    return this.#logic.decode === undefined ? (kept as S) : this.#logic.decode(kept, this.#written)
  }

  #onTimer(key: Key, time: number, fire: KeyedLogic<S>['onTimer'], timers?: KeyedTimers): void {
    // What is noted of one timer would else be kept with that of all others that are due.
    this.#journal?.begin()
    // A cut that has still to encode the key does so now, and with the timer, which counts until then.
    const state = this.#cells.get(key)
    timers?.fired(key, time)
    if (state === undefined || fire === undefined) return
    this.#call.key = key
    this.#call.timestamp = time
    this.#call.state = state
    this.#call.ofTimer = true
    try {
      fire.call(this.#logic, this.#call, time)
    } catch (error) {
      throw this.#call.failed(error)
    } finally {
      this.#call.ofTimer = false
    }
    this.#keep(key, state)
  }

  #restore({ schema: found, parts: [header], migrate }: Snapshot): void {
    checkStateLayout(found)
    const { watermark, shape, known, names, encodings } = decodeCbor(header!) as Header
    if (shape !== this.#logic.shape && migrate === undefined) {
      throw new MillraceError(
        'CHECKPOINT_INCOMPATIBLE',
        `the checkpoint holds state of another shape (${shape}) than the job now has (${this.#logic.shape})`,
      )
    }
    this.#call.watermark = watermark
    this.#call.handedOn = watermark
    this.#namesBefore = names
    if (migrate !== undefined) {
      const known = (encodings ?? []).map((encoding) => encoding ?? undefined)
      this.#written = { names: names ?? [], encodings: known }
    }
    this.#logic.restore?.(known)
  }

  /** Every value counts as changed from now on: the next checkpoint has no other. */
  #migrate(migrate: Migrate): void {
    const { names } = this.#logic
    for (const [key, state] of [...this.#cells.entries()]) {
      const fresh = () => this.#logic.create(key) as readonly unknown[]
      this.#cells.set(key, migratedValue(state, key, migrate, this.#namesBefore, names, fresh) as S)
    }
    this.#written = statesOf(this.#logic)
  }

  #takeTimers(key: Key, { event, processing }: KeyTimes): void {
    for (const time of event) this.#timers.add(key, time)
    for (const time of processing) {
      this.#processingTimers.add(key, time)
      this.#context.wakeAt(time)
    }
  }
}

function statesOf<S>({ names = [], encodings = [] }: KeyedLogic<S>): WrittenStates {
  return { names, encodings }
}
