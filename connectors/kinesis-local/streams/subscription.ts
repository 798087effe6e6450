import type { Clock } from '../../../src/contract/clock.ts'
import type { FanOutThroughput } from './throughput.ts'

/** A subscription of one consumer to one shard, as those see it who have something to tell it. */
export class Subscription {
  readonly throughput: FanOutThroughput
  #replaced = false
  #wake = () => {}

  constructor(throughput: FanOutThroughput) {
    this.throughput = throughput
  }

  /** Whether the consumer has subscribed again since. */
  get replaced(): boolean {
    return this.#replaced
  }

  replace(): void {
    this.#replaced = true
    this.#wake()
  }

  wake(): void {
    this.#wake()
  }

  /** Waits until somebody wakes it, the client is gone, or the time is up. */
  async pause(ms: number, clock: Clock, gone: AbortSignal): Promise<void> {
    const woken = new AbortController()
    const wake = () => woken.abort()
    this.#wake = wake
    gone.addEventListener('abort', wake)
    if (gone.aborted) wake()
    await clock.sleep(ms, woken.signal)
    gone.removeEventListener('abort', wake)
    this.#wake = () => {}
  }
}
