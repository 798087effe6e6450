import { MillraceError } from '../../src/errors.ts'
import { atOnce } from '../../src/graph/given-function.ts'
import { givenText } from '../../src/graph/given-text.ts'
import type { KeyedCall, KeyedLogic, WrittenStates } from '../keyed/keyed-logic.ts'
import { type Cell, Current, type ProcessClock } from './current.ts'
import { KeyTimers } from './key-timers.ts'
import { type Lifetime, Limited } from './lifetime.ts'
import { CurrentContext } from './process-context.ts'
import { codecText, type StateCodec } from './state-codec.ts'
import { type OpenState, type StateDescriptor, StatePlace } from './state-descriptor.ts'

/** What a function of the user gives back. */
type Given = Iterable<unknown> | undefined

/** The functions of the user, when their types are checked. */
export interface ProcessFunctions {
  /** One for each input. */
  readonly onRecord: readonly ((value: unknown, context: CurrentContext) => Given)[]
  readonly onTimer: TimerFunction | undefined
  readonly onProcessingTimer: TimerFunction | undefined
}

type TimerFunction = (time: number, context: CurrentContext, name: string | undefined) => Given

/** States by their names. */
export type StateDescriptors = Readonly<Record<string, StateDescriptor<unknown>>>

/** A state at run time, how long it lives and how it is encoded. */
interface KeptState extends OpenState<unknown> {
  readonly lifetime: Lifetime
  readonly codec: StateCodec<unknown> | undefined
  /** What must be the same for what its codec has encoded to be decoded; `undefined` without one. */
  readonly encoding: string | undefined
}

/** Runs the functions of `process(…)` and `connect(…)`. */
export class ProcessLogic implements KeyedLogic<Cell> {
  readonly shape: string
  /** Only there when it is of use: for every other process the cell is what checkpoints hold. */
  readonly encode?: (cell: Cell) => unknown
  readonly decode?: (encoded: unknown, written: WrittenStates) => Cell
  readonly #functions: ProcessFunctions
  readonly names: readonly string[]
  readonly encodings: readonly (string | undefined)[]
  readonly #states: readonly KeptState[]
  readonly #current: Current
  readonly #context: CurrentContext

  /** @param table What the functions find beside the state of their key. */
  constructor(functions: ProcessFunctions, states: StateDescriptors, table?: ReadonlyMap<unknown, unknown>) {
    const current = new Current(Object.keys(states).length)
    this.shape = shapeOf(states)
    this.#functions = functions
    this.names = Object.keys(states)
    this.#states = Object.values(states).map((state, index) => opened(state, current, index))
    this.encodings = this.#states.map(({ encoding }) => encoding)
    if (this.encodings.some((encoding) => encoding !== undefined)) {
      this.encode = (cell) => this.#encoded(cell)
      this.decode = (encoded, written) => this.#decoded(encoded as Cell, written)
    }
    this.#current = current
    const access = this.#states.map((state, index) => [this.names[index], state.access])
    this.#context = new CurrentContext(
      current,
      Object.freeze(Object.fromEntries(access)),
      new KeyTimers(current, 'event', functions.onTimer !== undefined),
      new KeyTimers(current, 'processing', functions.onProcessingTimer !== undefined),
      table,
    )
  }

  create(): Cell {
    return this.#current.newCell()
  }

  onRecord(call: KeyedCall<Cell>, value: unknown, input: number): void {
    this.#current.enter(call, call.timestamp, false)
    emitAll(this.#functions.onRecord[input]!(value, this.#context), call)
  }

  onTimer(call: KeyedCall<Cell>, time: number): void {
    this.#current.enter(call, time, true)
    // At the end of the input a timer that sets itself again would do so for ever. So what fires is what records have
    // set, and what timers have set up to the last time that a record speaks of, however the records came.
    if (call.ending && time > this.#current.horizon) this.#current.dropPlan('event')
    else this.#fire(call, 'event', this.#context.timers, this.#functions.onTimer, time)
  }

  onProcessingTimer(call: KeyedCall<Cell>, time: number): void {
    this.#current.enter(call, call.watermark, true)
    this.#fire(call, 'processing', this.#context.processingTimers, this.#functions.onProcessingTimer, time)
  }

  isEmpty(cell: Cell): boolean {
    for (const held of cell) if (held !== undefined) return false
    return true
  }

  prune(call: KeyedCall<Cell>): void {
    this.#current.enter(call, call.watermark, true)
    for (const state of this.#states) if (state.lifetime instanceof Limited) state.sweep()
  }

  snapshot(): unknown {
    return this.#current.horizon
  }

  restore(horizon: unknown): void {
    this.#current.horizon = horizon as number
  }

  placeOf(path: string): string {
    const [index, ...rest] = path.split('.')
    return [this.names[Number(index)], ...rest].join('.')
  }

  #encoded(cell: Cell): Cell {
    const encoded = [...cell]
    for (const [index, state] of this.#states.entries()) {
      const { codec } = state
      if (codec === undefined || cell[index] === undefined) continue
      encoded[index] = converted(state, cell[index], (value) => encodedBy(codec, this.names[index]!, value))
    }
    return encoded
  }

  /** What another codec has encoded stays as it is: only a migration gets to see it. */
  #decoded(cell: Cell, { names, encodings }: WrittenStates): Cell {
    for (const [index, name] of names.entries()) {
      const state = this.#states[this.names.indexOf(name)]
      if (state?.codec === undefined || cell[index] === undefined) continue
      if (state.encoding === encodings[index])
        cell[index] = converted(state, cell[index], (value) => decodedBy(state.codec!, name, value))
    }
    return cell
  }

  #fire(
    call: KeyedCall<Cell>,
    clock: ProcessClock,
    timers: KeyTimers,
    serve: TimerFunction | undefined,
    time: number,
  ): void {
    for (const name of timers.take(time)) {
      call.attempt(
        () => emitAll(serve?.(time, this.#context, name), call),
        () => ({ key: call.key, time, ...(name !== undefined && { name }) }),
      )
      this.#current.cell = call.state
    }
    const plan = this.#current.planBy(clock)
    if (plan?.sweepAt === time) plan.sweepAt = this.#sweep(clock, time)
    this.#current.dropEmptyPlan(clock)
  }

  /**
   * Deletes what has outlived its time by a clock. Gives when to do so again: not for every element anew, but once in a
   * quarter of the time that they are kept.
   */
  #sweep(clock: ProcessClock, time: number): number | undefined {
    // The clock goes no further than to the end of the input: nothing more outlives its time by it.
    if (clock === 'processing' && this.#current.call.now === Number.POSITIVE_INFINITY) return undefined
    let next = Number.POSITIVE_INFINITY
    for (const { lifetime, sweep } of this.#states) {
      if (!(lifetime instanceof Limited) || lifetime.clock !== clock) continue
      next = Math.min(next, lifetime.sweepFrom(Math.max(sweep(), time + lifetime.afterMs / 4)))
    }
    if (next === Number.POSITIVE_INFINITY) return undefined
    this.#current.wake(clock, next)
    return next
  }
}

function opened(state: StateDescriptor<unknown>, current: Current, index: number): KeptState {
  const place = new StatePlace(current, index, state.ttl)
  const { codec } = state
  const encoding = codec === undefined ? undefined : keptText(state)
  return { ...state.open(place), lifetime: place.lifetime, codec, encoding }
}

function encodedBy(codec: StateCodec<unknown>, name: string, value: unknown): Uint8Array {
  const bytes: unknown = codec.encode(value)
  // They may lie in a buffer that others share.
  if (bytes instanceof Uint8Array) return Uint8Array.from(bytes)
  throw new MillraceError(
    'STATE_INVALID',
    `the codec ${codecText(codec)} of the state "${name}" encodes to ${givenText(bytes)}, not to bytes (a Uint8Array)`,
  )
}

function decodedBy(codec: StateCodec<unknown>, name: string, value: unknown): unknown {
  try {
    const decoded: unknown = codec.decode(value as Uint8Array)
    atOnce(decoded, 'decode')
    return decoded
  } catch (cause) {
    throw new MillraceError(
      'CHECKPOINT_INCOMPATIBLE',
      `the codec ${codecText(codec)} of the state "${name}" cannot decode what it has encoded: ${reasonOf(cause)}`,
      { cause },
    )
  }
}

function converted(
  { lifetime, convert }: Pick<KeptState, 'lifetime' | 'convert'>,
  held: unknown,
  of: (value: unknown) => unknown,
): unknown {
  const each = (packed: unknown) => lifetime.convert(packed, of)
  return convert === undefined ? each(held) : convert(held, each)
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function shapeOf(states: StateDescriptors): string {
  const described = Object.entries(states).map(([name, state]) => `${name} = ${keptText(state)}`)
  return `process: ${described.join(', ')}`
}

/** How a state is kept. */
function keptText({ kind, ttl, codec }: StateDescriptor<unknown>): string {
  return `${kind}${ttl === undefined ? '' : ' with ttl'}${codec === undefined ? '' : ` by ${codecText(codec)}`}`
}

function emitAll(given: Given, call: KeyedCall<Cell>): void {
  if (given === undefined) return
  const { emit, timestamp } = call
  for (const result of given) emit(result, timestamp)
}
