import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../../src/contract/clock.ts'

interface Sleeper {
  readonly at: number
  readonly ms: number
  readonly wake: () => void
}

const turnsBeforeTimePasses = 20
const turnsOverNetwork = 500
const shortestLimitMs = 30_000

/** Time that moves only when a test says so, or when everything waits for it. */
export class ManualClock implements Clock {
  #now: number
  readonly #sleepers = new Set<Sleeper>()
  readonly #network: boolean

  /**
   * `network`: what is waited for goes over one, even if within this process. That takes more turns, and a time limit is
   * never what everything waits for.
   */
  constructor(now = Date.UTC(2026, 10, 20), network = false) {
    this.#now = now
    this.#network = network
  }

  now(): number {
    return this.#now
  }

  advance(ms: number): void {
    this.#now += ms
    for (const sleeper of this.#sleepers) if (sleeper.at <= this.#now) sleeper.wake()
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = { at: this.#now + ms, ms, wake: () => done() }
      const done = () => {
        this.#sleepers.delete(sleeper)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      if (signal?.aborted) return resolve()
      signal?.addEventListener('abort', done)
      this.#sleepers.add(sleeper)
    })
  }

  /** Lets time run, from one sleeper to the next, until the promise has settled. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false
    const settle = () => {
      settled = true
    }
    promise.then(settle, settle)
    for (;;) {
      // What is under way gets its turns before anybody's time runs out.
      for (let turn = 0; turn < (this.#network ? turnsOverNetwork : turnsBeforeTimePasses); turn++) {
        await setImmediate()
        if (settled) return promise
      }
      const awaited = [...this.#sleepers].filter(({ ms }) => !this.#network || ms < shortestLimitMs)
      const next = Math.min(...awaited.map(({ at }) => at))
      if (next === Number.POSITIVE_INFINITY) continue
      this.advance(Math.max(0, next - this.#now))
    }
  }
}
