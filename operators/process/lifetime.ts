import { type Duration, milliseconds } from '../../src/units.ts'
import type { Current, ProcessClock } from './current.ts'

/** How long state is kept. What has outlived its time is not seen any more, and is deleted soon after. */
export interface TimeToLive {
  /** How long after it was written. Lists and maps keep each element by its own time. */
  readonly after: Duration
  /** Whether reading counts as writing. Default `'on-write'`. */
  readonly refresh?: 'on-write' | 'on-read-and-write'
  /**
   * Which time counts. Default `'event'`: the times of the records and timers at hand, so that a replay gives the same
   * again. `'processing'` goes by the clock, as Flink's does.
   */
  readonly clock?: ProcessClock
}

/** How single values are kept: as they are, or with the time of their last use. */
export interface Lifetime {
  /** What is kept of a value; `before` is what was kept in its place. */
  pack(value: unknown, before?: unknown): unknown
  isAlive(packed: unknown): boolean
  /** The value of what is alive. */
  open(packed: unknown): unknown
  /** The same, with another value in it. */
  convert(packed: unknown, convert: (value: unknown) => unknown): unknown
  /** When it will have outlived its time. */
  endOf(packed: unknown): number
}

/** Keeps values until they are deleted. */
export const endless: Lifetime = {
  pack: (value) => value,
  isAlive: () => true,
  open: (packed) => packed,
  convert: (packed, convert) => convert(packed),
  endOf: () => Number.POSITIVE_INFINITY,
}

/**
 * Keys are swept together, so many times while a value lives: a time of its own for each of millions of keys would take more
 * memory than what is kept of them, and all at one time would stop the records.
 */
const sweepsWhileAlive = 1024

type Stamped = [value: unknown, usedAt: number]

/** Keeps values for a time. */
export class Limited implements Lifetime {
  readonly clock: ProcessClock
  readonly afterMs: number
  readonly #refreshes: boolean
  readonly #current: Current

  constructor({ after, refresh = 'on-write', clock = 'event' }: TimeToLive, current: Current) {
    this.clock = clock
    this.afterMs = milliseconds(after)
    this.#refreshes = refresh === 'on-read-and-write'
    this.#current = current
  }

  pack(value: unknown, before?: unknown): Stamped {
    const now = this.#current.timeBy(this.clock)
    const usedAt = before === undefined ? now : Math.max(now, (before as Stamped)[1])
    this.#sweepBy(usedAt + this.afterMs)
    return [value, usedAt]
  }

  isAlive(packed: unknown): boolean {
    return this.#current.timeBy(this.clock) < this.endOf(packed)
  }

  open(packed: unknown): unknown {
    const stamped = packed as Stamped
    if (this.#refreshes) stamped[1] = Math.max(stamped[1], this.#current.timeBy(this.clock))
    return stamped[0]
  }

  convert(packed: unknown, convert: (value: unknown) => unknown): Stamped {
    const [value, usedAt] = packed as Stamped
    return [convert(value), usedAt]
  }

  endOf(packed: unknown): number {
    return (packed as Stamped)[1] + this.afterMs
  }

  /** When to sweep what has outlived its time at `time`: then, or a little later. */
  sweepFrom(time: number): number {
    const everyMs = Math.max(1, Math.floor(this.afterMs / sweepsWhileAlive))
    return Math.ceil(time / everyMs) * everyMs
  }

  #sweepBy(time: number): void {
    const plan = this.#current.planFor(this.clock)
    if (plan.sweepAt !== undefined || time === Number.POSITIVE_INFINITY) return
    plan.sweepAt = this.sweepFrom(time)
    this.#current.wake(this.clock, plan.sweepAt)
  }
}
