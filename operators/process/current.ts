import type { KeyedCall } from '../keyed/keyed-logic.ts'

/** The clocks that timers and lifetimes go by. */
export type ProcessClock = 'event' | 'processing'

/** What is planned for a key by one clock. Plain data: checkpoints carry it. */
export interface Plan {
  /** Not there as long as no timer is set: most keys of a state with a `ttl` have none. */
  plain: Set<number> | undefined
  named: Map<string, number> | undefined
  /** When to look next for what has outlived its time. */
  sweepAt: number | undefined
}

/** All that is kept of one key: what each state holds, in their order, then the plan of each clock. */
export type Cell = unknown[]

/** The call that is being served. One object for all calls; states, timers and the context look through it. */
export class Current {
  call!: KeyedCall<Cell>
  cell: Cell = []
  /** The event time of the call. */
  eventTime = 0
  /** Whether a timer is being served, and no record. */
  inTimer = false
  /** The last time that a record speaks of, by its own time or a timer that it set. */
  horizon = Number.NEGATIVE_INFINITY
  readonly #states: number
  #now = 0

  /** @param states How many states there are. */
  constructor(states: number) {
    this.#states = states
  }

  enter(call: KeyedCall<Cell>, eventTime: number, inTimer: boolean): void {
    this.call = call
    this.cell = call.state
    this.eventTime = eventTime
    this.inTimer = inTimer
    if (!inTimer && eventTime > this.horizon) this.horizon = eventTime
  }

  /** Processing time; at the end of the input, which is infinitely late, the last that was told before. */
  get now(): number {
    if (this.call.now !== Number.POSITIVE_INFINITY) this.#now = this.call.now
    return this.#now
  }

  newCell(): Cell {
    return new Array(this.#states + 2).fill(undefined)
  }

  /** The time that lifetimes are measured by. */
  timeBy(clock: ProcessClock): number {
    return clock === 'event' ? this.eventTime : this.now
  }

  planBy(clock: ProcessClock): Plan | undefined {
    return this.cell[this.#place(clock)] as Plan | undefined
  }

  /** The plan of a clock, made if there is none. */
  planFor(clock: ProcessClock): Plan {
    const known = this.planBy(clock)
    if (known !== undefined) return known
    const plan: Plan = { plain: undefined, named: undefined, sweepAt: undefined }
    this.cell[this.#place(clock)] = plan
    return plan
  }

  /** Forgets a plan that has come to nothing. */
  dropEmptyPlan(clock: ProcessClock): void {
    const plan = this.planBy(clock)
    if (plan !== undefined && !hasTimers(plan) && plan.sweepAt === undefined)
      this.cell[this.#place(clock)] = undefined
  }

  dropPlan(clock: ProcessClock): void {
    this.cell[this.#place(clock)] = undefined
  }

  wake(clock: ProcessClock, time: number): void {
    if (clock === 'event') this.call.setTimer(time)
    else this.call.setProcessingTimer(time)
  }

  release(clock: ProcessClock, time: number): void {
    if (clock === 'event') this.call.deleteTimer(time)
    else this.call.deleteProcessingTimer(time)
  }

  #place(clock: ProcessClock): number {
    return clock === 'event' ? this.#states : this.#states + 1
  }
}

function hasTimers({ plain, named }: Plan): boolean {
  return (plain !== undefined && plain.size > 0) || (named !== undefined && named.size > 0)
}
