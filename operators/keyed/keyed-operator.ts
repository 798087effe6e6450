import type { Emit, Operator, OperatorContext } from '../../src/contract/operator.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import { MillraceError } from '../../src/errors.ts'
import { decodeCbor, encodeCbor } from '../../src/state/cbor.ts'
import { Journal } from '../../src/state/journal.ts'
import { checkedKey, type Key } from '../../src/state/key.ts'
import { MemoryKeyedState, type StateMap } from '../../src/state/keyed-state.ts'
import { KeyedTimers } from '../../src/state/keyed-timers.ts'
import { type Migrate, migratedValue } from '../../src/state/named-values.ts'
import { isPlainData, unkeepable } from '../../src/state/plain-data.ts'
import { beginningOfTime, endOfTime } from '../../src/time/end-of-time.ts'
import type { KeyedCall, KeyedLogic } from './keyed-logic.ts'

/** How records get their keys: one selector for each input. */
export type KeySelectors = readonly ((value: unknown) => Key)[]

/** What the first part of a snapshot holds; the others are the keyed state. */
interface Header {
  readonly watermark: number
  readonly shape: string
  readonly timers: readonly [Key, number][]
  readonly processingTimers: readonly [Key, number][]
  readonly known?: unknown
  readonly names?: readonly string[]
}

const schema = 1

/** Runs a {@link KeyedLogic} for every key: finds state, keeps timers, and puts both into checkpoints. */
export class KeyedOperator<S> implements Operator<unknown> {
  readonly process: Emit<unknown>
  /** Only there when it is of use: the engine tells the time only to operators that have it. */
  readonly onTick?: (now: number) => void
  readonly #logic: KeyedLogic<S>
  readonly #context: OperatorContext<unknown>
  readonly #journal: Journal | undefined
  readonly #state: MemoryKeyedState<S>
  readonly #cells: StateMap<S>
  readonly #timers = new KeyedTimers()
  readonly #processingTimers = new KeyedTimers()
  readonly #touched = new Set<Key>()
  readonly #call: Call<S>
  #input = 0

  constructor(
    logic: KeyedLogic<S>,
    selectors: KeySelectors,
    context: OperatorContext<unknown>,
    restored: Snapshot | undefined,
  ) {
    this.#logic = logic
    this.#context = context
    this.#journal = context.goesOn && logic.allOrNothing !== true ? new Journal() : undefined
    this.#state = new MemoryKeyedState<S>(this.#journal)
    this.#cells = this.#state.within(0)
    this.#call = new Call(context, this.#timers, this.#processingTimers, this.#touched, this.#journal)
    if (restored !== undefined) this.#restore(restored)
    this.process = this.#processing(selectors)
    if (logic.onProcessingTimer !== undefined) this.onTick = (now) => this.#tick(now)
    for (const [, time] of this.#processingTimers.entries()) context.wakeAt(time)
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
    this.settle()
    this.#call.ending = timestamp === endOfTime
    // What fires sees the time that it waited for, not how far the watermark happened to jump.
    for (
      let due = this.#timers.takeDue(timestamp);
      due !== undefined;
      due = this.#timers.takeDue(timestamp)
    ) {
      this.#call.watermark = Math.max(this.#call.watermark, due.time)
      for (const key of due.keys) this.#onTimer(key, due.time, this.#logic.onTimer)
    }
    this.#call.watermark = timestamp
    this.settle()
    this.#context.emitWatermark(timestamp)
  }

  snapshot(): Snapshot {
    for (const [key, state] of this.#cells.entries()) this.#prepare(key, state)
    const header: Header = {
      watermark: this.#call.watermark,
      shape: this.#logic.shape,
      timers: this.#timers.entries(),
      processingTimers: this.#processingTimers.entries(),
      known: this.#logic.snapshot?.(),
      ...(this.#logic.names && { names: this.#logic.names }),
    }
    return { schema, parts: [encodeCbor(header), ...this.#state.snapshot().parts] }
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
        call.key = checkedKey(key)
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

  #keep(key: Key, before: S): void {
    const { state } = this.#call
    if (this.#logic.isEmpty(state)) this.#cells.delete(key)
    else if (state !== before) this.#cells.set(key, state)
  }

  #tick(now: number): void {
    this.#call.now = now
    for (
      let due = this.#processingTimers.takeDue(now);
      due !== undefined;
      due = this.#processingTimers.takeDue(now)
    ) {
      for (const key of due.keys) this.#onTimer(key, due.time, this.#logic.onProcessingTimer)
    }
    // The engine keeps only the earliest time that it is asked for, and has just come to that.
    const { earliest } = this.#processingTimers
    if (earliest !== undefined) this.#context.wakeAt(earliest)
  }

  /** Leaves out what has expired, and makes sure that a restart would bring the rest back as it is. */
  #prepare(key: Key, state: S): void {
    if (this.#logic.prune !== undefined) {
      this.#call.key = key
      this.#call.timestamp = this.#call.watermark
      this.#call.state = state
      this.#logic.prune(this.#call)
      this.#keep(key, state)
    }
    if (!isPlainData(state)) throw this.#stateError(key, state)
  }

  #stateError(key: Key, state: S): MillraceError {
    const { path, kind } = unkeepable(state)
    const place = this.#logic.placeOf?.(path) ?? path
    return new MillraceError(
      'STATE_INVALID',
      `the state of the key ${JSON.stringify(String(key))} holds ${kind}${place === '' ? '' : ` at ${place}`}: a checkpoint could not bring it back`,
      { where: { operator: this.#context.id } },
    )
  }

  #onTimer(key: Key, time: number, fire: KeyedLogic<S>['onTimer']): void {
    const state = this.#cells.get(key)
    if (state === undefined || fire === undefined) return
    this.#call.key = key
    this.#call.timestamp = time
    this.#call.state = state
    fire.call(this.#logic, this.#call, time)
    this.#keep(key, state)
  }

  #restore({ schema: found, parts: [header, ...state], migrate }: Snapshot): void {
    const { watermark, shape, timers, processingTimers, known, names } = decodeCbor(header!) as Header
    if (found !== schema || (shape !== this.#logic.shape && migrate === undefined)) {
      throw new MillraceError(
        'CHECKPOINT_INCOMPATIBLE',
        `the checkpoint holds state of another shape (${shape}) than the job now has (${this.#logic.shape})`,
      )
    }
    this.#call.watermark = watermark
    this.#logic.restore?.(known)
    this.#state.restore({ schema: 1, parts: state })
    if (migrate !== undefined) this.#migrate(migrate, names)
    for (const [key, time] of timers) this.#timers.add(key, time)
    for (const [key, time] of processingTimers) this.#processingTimers.add(key, time)
  }

  #migrate(migrate: Migrate, before: readonly string[] | undefined): void {
    for (const [key, state] of [...this.#cells.entries()]) {
      const fresh = () => this.#logic.create(key) as readonly unknown[]
      const migrated = migratedValue(state, key, migrate, before, this.#logic.names, fresh)
      this.#cells.set(key, migrated as S)
    }
  }
}

/** One object for all calls: nothing is allocated for a record. */
class Call<S> implements KeyedCall<S> {
  key: Key = ''
  timestamp = 0
  watermark = beginningOfTime
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

  #add(timers: KeyedTimers, time: number): void {
    const { key } = this
    if (timers.add(key, time)) this.#journal?.note(() => timers.delete(key, time))
  }

  #delete(timers: KeyedTimers, time: number): void {
    const { key } = this
    if (timers.delete(key, time)) this.#journal?.note(() => timers.add(key, time))
  }
}
