import { MillraceError } from '../../src/errors.ts'
import type { Current, Plan, ProcessClock } from './current.ts'

/** Timers of the key at hand. Each fires once; they are part of checkpoints. */
export interface ProcessTimers {
  /**
   * Sets a timer for `time`, in milliseconds since 1970. A plain timer exists once for each time. Of a name there is one
   * timer: setting it again moves it.
   *
   * @throws MillraceError `OPERATOR_FAILED` for a time that is none, or none in whole milliseconds, or if nothing waits for the timer.
   */
  set(time: number, name?: string): void
  /** Takes back the plain timer of a time, or the timer of a name. Does nothing if there is none. */
  delete(timer: number | string): void
}

/** The timers of one clock, for whichever key is at hand. */
export class KeyTimers implements ProcessTimers {
  readonly #current: Current
  readonly #clock: ProcessClock
  /** What must be there for timers to be of use. */
  readonly #served: boolean

  constructor(current: Current, clock: ProcessClock, served: boolean) {
    this.#current = current
    this.#clock = clock
    this.#served = served
  }

  set(time: number, name?: string): void {
    this.#check(time)
    const current = this.#current
    if (this.#clock === 'processing') {
      // At the end of the input it would never come to that.
      if (current.call.now === Number.POSITIVE_INFINITY) return
    } else if (!current.inTimer && time > current.horizon) current.horizon = time
    const plan = current.planFor(this.#clock)
    if (name === undefined) {
      plan.plain ??= new Set()
      plan.plain.add(time)
    } else this.#move(plan, name, time)
    current.wake(this.#clock, time)
  }

  delete(timer: number | string): void {
    const plan = this.#current.planBy(this.#clock)
    if (plan === undefined) return
    const time = typeof timer === 'number' ? timer : plan.named?.get(timer)
    if (typeof timer === 'number') plan.plain?.delete(timer)
    else plan.named?.delete(timer)
    if (time !== undefined) this.#release(plan, time)
    this.#current.dropEmptyPlan(this.#clock)
  }

  /** Takes the timers that are due at `time`: the plain one as `undefined`, then those with names in their order. */
  take(time: number): (string | undefined)[] {
    const plan = this.#current.planBy(this.#clock)
    if (plan === undefined) return []
    const due = [...(plan.named ?? [])].filter(([, at]) => at === time).map(([name]) => name)
    for (const name of due) plan.named!.delete(name)
    return plan.plain?.delete(time) ? [undefined, ...due.sort()] : due.sort()
  }

  #move(plan: Plan, name: string, time: number): void {
    plan.named ??= new Map()
    const before = plan.named.get(name)
    plan.named.set(name, time)
    if (before !== undefined && before !== time) this.#release(plan, before)
  }

  /** Nobody need be woken at a time for which nothing is planned. */
  #release(plan: Plan, time: number): void {
    if (plan.plain?.has(time) || plan.sweepAt === time) return
    for (const other of plan.named?.values() ?? []) if (other === time) return
    this.#current.release(this.#clock, time)
  }

  #check(time: number): void {
    if (!this.#served) {
      const hook = this.#clock === 'event' ? 'onTimer' : 'onProcessingTimer'
      throw new MillraceError('OPERATOR_FAILED', `a timer was set, and there is no ${hook} for it`)
    }
    if (Number.isInteger(time) && Math.abs(time) <= 8.64e15) return
    const why =
      Number.isFinite(time) && Math.abs(time) <= 8.64e15 ? 'no whole number of milliseconds' : 'no time'
    throw new MillraceError('OPERATOR_FAILED', `a timer was set for ${time}, which is ${why}`)
  }
}
