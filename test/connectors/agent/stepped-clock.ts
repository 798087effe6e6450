import type { Clock } from '../../../src/contract/clock.ts'

/** Time for one sleeper: it passes only when a test says so. */
export class SteppedClock implements Clock {
  #now = Date.UTC(2026, 0, 1)
  #sleeper: { readonly until: number; readonly wake: () => void } | undefined
  readonly #watchers = new Set<() => void>()

  now = (): number => this.#now

  sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const wake = () => {
        this.#sleeper = undefined
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      signal?.addEventListener('abort', wake, { once: true })
      this.#sleeper = { until: this.#now + ms, wake }
      for (const seen of this.#watchers) seen()
    })

  /** Resolves once somebody sleeps. */
  async asleep(): Promise<void> {
    if (this.#sleeper !== undefined) return
    await new Promise<void>((resolve) => {
      const seen = () => {
        this.#watchers.delete(seen)
        resolve()
      }
      this.#watchers.add(seen)
    })
  }

  /** Lets time pass, and whoever wakes do what there is to do, until somebody sleeps for longer. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await this.asleep()
      const sleeper = this.#sleeper
      if (sleeper === undefined || sleeper.until > end) break
      this.#now = sleeper.until
      sleeper.wake()
    }
    this.#now = end
  }
}
