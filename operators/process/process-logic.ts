import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import { type Cell, Current, type ProcessClock } from './current.ts'
import { KeyTimers } from './key-timers.ts'
import { Limited } from './lifetime.ts'
import { CurrentContext } from './process-context.ts'
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

/** A state at run time, and by what it is swept. */
interface Swept extends OpenState<unknown> {
  readonly lifetime: Limited | undefined
}

/** Runs the functions of `process(…)` and `connect(…)`. */
export class ProcessLogic implements KeyedLogic<Cell> {
  readonly shape: string
  readonly #functions: ProcessFunctions
  readonly names: readonly string[]
  readonly #states: readonly Swept[]
  readonly #current: Current
  readonly #context: CurrentContext

  /** @param table What the functions find beside the state of their key. */
  constructor(functions: ProcessFunctions, states: StateDescriptors, table?: ReadonlyMap<unknown, unknown>) {
    const current = new Current(Object.keys(states).length)
    this.shape = shapeOf(states)
    this.#functions = functions
    this.names = Object.keys(states)
    this.#states = Object.values(states).map((state, index) => opened(state, current, index))
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
    for (const state of this.#states) if (state.lifetime !== undefined) state.sweep()
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
    let next = Number.POSITIVE_INFINITY
    for (const { lifetime, sweep } of this.#states) {
      if (lifetime?.clock !== clock) continue
      next = Math.min(next, lifetime.sweepFrom(Math.max(sweep(), time + lifetime.afterMs / 4)))
    }
    if (next === Number.POSITIVE_INFINITY) return undefined
    this.#current.wake(clock, next)
    return next
  }
}

function opened(state: StateDescriptor<unknown>, current: Current, index: number): Swept {
  const place = new StatePlace(current, index, state.ttl)
  const { access, sweep } = state.open(place)
  return { access, sweep, lifetime: place.lifetime instanceof Limited ? place.lifetime : undefined }
}

function shapeOf(states: StateDescriptors): string {
  const described = Object.entries(states).map(
    ([name, { kind, ttl }]) => `${name} = ${kind}${ttl === undefined ? '' : ' with ttl'}`,
  )
  return `process: ${described.join(', ')}`
}

function emitAll(given: Given, call: KeyedCall<Cell>): void {
  if (given === undefined) return
  const { emit, timestamp } = call
  for (const result of given) emit(result, timestamp)
}
