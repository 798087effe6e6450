import type { Clock } from '../../../src/contract/clock.ts'

/** What is as long is a limit, which nobody wants to see pass. */
const shortestLimitMs = 30_000

/** Time in which waits are over at once, and limits pass only when a test says so. */
export class HastyClock implements Clock {
  #now = Date.UTC(2026, 10, 20)
  readonly #limits = new Set<() => void>()
  readonly waits: number[] = []

  now = (): number => this.#now

  advance(ms: number): void {
    this.#now += ms
  }

  sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      if (ms < shortestLimitMs) {
        this.waits.push(ms)
        return void setImmediate(() => {
          this.#now += ms
          resolve()
        })
      }
      const done = () => {
        this.#limits.delete(done)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      signal?.addEventListener('abort', done, { once: true })
      this.#limits.add(done)
    })

  /** All that is limited has taken too long. */
  passLimits(): void {
    for (const pass of [...this.#limits]) pass()
  }
}
