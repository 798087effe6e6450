import { bytesOf, grown } from './growing.ts'

/** Longer texts are written by Node, which is faster for them and slower for these. */
const shortText = 32

/** Bytes of some length in every row: all of them one after the other, and the length of each. */
export class ByteRun {
  #bytes = Buffer.alloc(0)
  #size = 0
  #lengths = new Uint32Array(0)
  #rows = 0

  /** Takes the UTF-8 of a text. Gives how long it is; -1 for one with lone surrogates, which have none. */
  pushText(text: string): number {
    const length = text.length
    if (length <= shortText) {
      if (this.#size + length > this.#bytes.length) this.#makeRoom(length)
      const [bytes, start] = [this.#bytes, this.#size]
      let at = 0
      for (; at < length; at++) {
        const unit = text.charCodeAt(at)
        if (unit >= 0x80) break
        bytes[start + at] = unit
      }
      if (at === length) return this.#end(length)
    }
    if (!text.isWellFormed()) return -1
    const most = 3 * length
    if (this.#size + most > this.#bytes.length) this.#makeRoom(Buffer.byteLength(text))
    return this.#end(this.#bytes.write(text, this.#size))
  }

  pushBytes(bytes: Uint8Array): number {
    if (this.#size + bytes.length > this.#bytes.length) this.#makeRoom(bytes.length)
    this.#bytes.set(bytes, this.#size)
    return this.#end(bytes.length)
  }

  truncate(rows: number): void {
    while (this.#rows > rows) this.#size -= this.#lengths[--this.#rows] as number
  }

  take(): [bytes: Uint8Array, lengths: Uint8Array] {
    const taken: [Uint8Array, Uint8Array] = [
      bytesOf(this.#bytes, this.#size),
      bytesOf(this.#lengths, this.#rows),
    ]
    this.#size = 0
    this.#rows = 0
    return taken
  }

  #end(length: number): number {
    this.#size += length
    if (this.#rows === this.#lengths.length) this.#lengths = grown(this.#lengths, this.#rows, this.#rows + 1)
    this.#lengths[this.#rows++] = length
    return length
  }

  #makeRoom(length: number): void {
    if (this.#size + length <= this.#bytes.length) return
    const room = Math.max(this.#size + length, this.#size + (this.#size >> 1), 256)
    const larger = Buffer.alloc(room)
    this.#bytes.copy(larger, 0, 0, this.#size)
    this.#bytes = larger
  }
}
