import type { Clock } from '../contract/clock.ts'
import type { VirtualTime } from './virtual-time.ts'

/** One run of a job in a test, from a start to an end or a crash, after which it hears of nothing any more. */
export class Life {
  readonly #time: VirtualTime
  #alive = true

  constructor(time: VirtualTime) {
    this.#time = time
  }

  get alive(): boolean {
    return this.#alive
  }

  readonly clock: Clock = {
    now: () => this.#time.now,
    sleep: async (ms, signal) => {
      await this.#time.sleep(ms, signal)
      if (!this.#alive) await this.never()
    },
  }

  crash(): void {
    this.#alive = false
  }

  /** Something of it has happened. */
  stir(): void {
    this.#time.stir()
  }

  /** What a dead run waits for. */
  never(): Promise<never> {
    return new Promise(() => {})
  }
}
