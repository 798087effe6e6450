import { Allowance } from './allowance.ts'
import { AwsFanOutThroughput } from './aws-fan-out-throughput.ts'
import type { FanOutThroughput, Throughput } from './throughput.ts'

const readBytesPerSecond = 2 * 2 ** 20

/** The limits of a provisioned shard. */
export class AwsThroughput implements Throughput {
  readonly #putRecords = new Allowance(1000)
  readonly #putBytes = new Allowance(2 ** 20)
  readonly #iterators = new Allowance(5)
  readonly #gets = new Allowance(5)
  #secondStartMs = 0
  #returnedInSecond = 0
  #readBlockedUntilMs = 0
  #readAtMs = 0

  mayPut(sizeBytes: number, now: number): boolean {
    if (!this.#putRecords.grants(1, now) || !this.#putBytes.grants(sizeBytes, now)) return false
    this.#putRecords.take(1)
    this.#putBytes.take(sizeBytes)
    return true
  }

  mayGetIterator(now: number): boolean {
    return takeOne(this.#iterators, now)
  }

  /** A call that finds the second's bytes used up closes the shard for one more second. */
  mayGetRecords(now: number): boolean {
    this.#startSecond(now)
    if (now < this.#readBlockedUntilMs) return false
    if (this.#returnedInSecond >= readBytesPerSecond) {
      this.#readBlockedUntilMs = now + 1000
      return false
    }
    return takeOne(this.#gets, now)
  }

  /** More than a second's worth must be paid off first: after 10 MiB nothing is returned for 5 s. */
  returned(sizeBytes: number, now: number): void {
    this.#startSecond(now)
    this.#returnedInSecond += sizeBytes
    if (sizeBytes > readBytesPerSecond) {
      this.#readBlockedUntilMs = now + (sizeBytes / readBytesPerSecond) * 1000
    }
  }

  fanOut(): FanOutThroughput {
    return new AwsFanOutThroughput()
  }

  #startSecond(now: number): void {
    const wentBackMs = Math.max(0, this.#readAtMs - now)
    this.#readAtMs = now
    this.#secondStartMs -= wentBackMs
    this.#readBlockedUntilMs -= wentBackMs
    if (now - this.#secondStartMs < 1000) return
    this.#secondStartMs = now
    this.#returnedInSecond = 0
  }
}

function takeOne(allowance: Allowance, now: number): boolean {
  if (!allowance.grants(1, now)) return false
  allowance.take(1)
  return true
}
