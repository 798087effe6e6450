/** As much as a socket reads at once. */
const slabBytes = 64 * 2 ** 10

/**
 * Room for the data of records: an allocation now and then instead of one a record, and yet whoever keeps a small value
 * keeps no more than 64 KiB.
 */
export class DataPool {
  #slab = Buffer.alloc(0)
  #used = 0

  /** The bytes that a base64 text stands for. */
  fromBase64(text: string): Buffer {
    const most = Math.ceil(text.length * 0.75)
    if (most > this.#slab.length - this.#used) {
      if (most > slabBytes / 4) return Buffer.from(text, 'base64')
      this.#slab = Buffer.allocUnsafeSlow(slabBytes)
      this.#used = 0
    }
    const start = this.#used
    this.#used += this.#slab.write(text, start, 'base64')
    return this.#slab.subarray(start, this.#used)
  }
}
