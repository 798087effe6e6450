import type { Clock } from '../contract/clock.ts'

/** Knows when operators want to be told of processing time. */
export class ProcessingTime {
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #wake: () => void
  #asked = Number.POSITIVE_INFINITY

  /** @param wake Called when a time that was asked for has come. */
  constructor(clock: Clock, signal: AbortSignal, wake: () => void) {
    this.#clock = clock
    this.#signal = signal
    this.#wake = wake
  }

  readonly wakeAt = (time: number): void => {
    if (time >= this.#asked) return
    this.#asked = time
    void this.#sleepUntilAsked()
  }

  /** The time to tell of, if one that was asked for has come. It is then asked for no more. */
  takeDue(): number | undefined {
    const now = this.#clock.now()
    if (now < this.#asked) return undefined
    this.#asked = Number.POSITIVE_INFINITY
    return now
  }

  now(): number {
    return this.#clock.now()
  }

  /** A clock may wake its sleepers early. One that sleeps for a later time wakes in vain, and that is all. */
  async #sleepUntilAsked(): Promise<void> {
    while (this.#asked < Number.POSITIVE_INFINITY && !this.#signal.aborted) {
      const ms = this.#asked - this.#clock.now()
      if (ms <= 0) return this.#wake()
      await this.#clock.sleep(ms, this.#signal)
    }
  }
}
