import { bytesOf, grown } from './growing.ts'

/** Integers of 64 bits, written by halves: a bigint for each would cost more than all the rest. */
export class LongRun {
  #halves = new Int32Array(0)
  #length = 0

  /** @param value An integer that is exact. */
  push(value: number): void {
    this.#pushHalves(value | 0, Math.floor(value / 2 ** 32))
  }

  /** @param value What has more bits than 64 loses them. */
  pushBig(value: bigint): void {
    this.#pushHalves(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)))
  }

  truncate(length: number): void {
    this.#length = length
  }

  take(): Uint8Array {
    const taken = bytesOf(this.#halves, 2 * this.#length)
    this.#length = 0
    return taken
  }

  #pushHalves(low: number, high: number): void {
    const at = 2 * this.#length++
    if (at === this.#halves.length) this.#halves = grown(this.#halves, at, (at + 2 + (at >> 1)) & ~1)
    this.#halves[at] = low
    this.#halves[at + 1] = high
  }
}
