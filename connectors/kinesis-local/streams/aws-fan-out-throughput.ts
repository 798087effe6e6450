import { Allowance } from './allowance.ts'
import type { FanOutThroughput } from './throughput.ts'

/** What the service gives a consumer of a shard: 2 MiB a second for itself, and one call a second. */
export class AwsFanOutThroughput implements FanOutThroughput {
  readonly #calls = new Allowance(1)
  readonly #bytes = new Allowance(2 * 2 ** 20)

  maySubscribe(now: number): boolean {
    if (!this.#calls.grants(1, now)) return false
    this.#calls.take(1)
    return true
  }

  throttledMs(now: number): number {
    return this.#bytes.missingMs(1, now)
  }

  pushed(sizeBytes: number): void {
    this.#bytes.take(sizeBytes)
  }
}
