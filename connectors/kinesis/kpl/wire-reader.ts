/** How a field's value stands in the bytes: the low three bits of its tag. */
const wire = { varint: 0, fixed64: 1, delimited: 2, group: 3, groupEnd: 4, fixed32: 5 }

const mostNested = 100

/**
 * Reads the wire format of Protocol Buffers from bytes that nobody vouches for. Every step is within the bytes, takes
 * time in proportion to what it passes, and never throws: what is malformed ends the reading, and
 * {@link malformed} says so.
 */
export class WireReader {
  readonly #bytes: Uint8Array
  #at: number
  #end: number
  #malformed = false

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  get at(): number {
    return this.#at
  }

  get malformed(): boolean {
    return this.#malformed
  }

  /** Whether another field follows in the message that is being read. */
  get more(): boolean {
    return this.#at < this.#end && !this.#malformed
  }

  /** Field number times eight plus wire type; 0 if there is no valid one. */
  tag(): number {
    const tag = this.varint()
    if (tag >= 8 && tag < 2 ** 32) return tag
    this.fail()
    return 0
  }

  /** An unsigned number of up to 64 bits; those above 2^53 lose their low digits. */
  varint(): number {
    const bytes = this.#bytes
    const most = Math.min(this.#end, this.#at + 10)
    let value = 0
    let scale = 1
    for (let at = this.#at; at < most; at++) {
      const byte = bytes[at]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        this.#at = at + 1
        return value
      }
      scale *= 128
    }
    this.fail()
    return 0
  }

  /** The length of a delimited value whose bytes follow. */
  length(): number {
    const length = this.varint()
    if (length <= this.#end - this.#at) return length
    this.fail()
    return 0
  }

  /** Begins the message whose length follows, and gives where the one around it ends, for {@link leave}. */
  enter(): number {
    const around = this.#end
    const length = this.length()
    this.#end = this.#at + length
    return around
  }

  leave(around: number): void {
    this.#end = around
  }

  advance(length: number): void {
    if (length <= this.#end - this.#at) this.#at += length
    else this.fail()
  }

  /** Passes over the value of a field that is not known. Groups may nest, a hundred deep. */
  skip(tag: number): void {
    const open: number[] = []
    for (let current = tag; ; current = this.tag()) {
      const type = current & 7
      if (type === wire.group) open.push(current >>> 3)
      else if (type === wire.groupEnd) {
        if (open.pop() !== current >>> 3) this.fail()
      } else this.#skipValue(type)
      if (open.length > mostNested) this.fail()
      if (open.length === 0 || this.#malformed) return
    }
  }

  fail(): void {
    this.#malformed = true
    this.#at = this.#end
  }

  #skipValue(type: number): void {
    if (type === wire.varint) this.varint()
    else if (type === wire.delimited) this.advance(this.length())
    else if (type === wire.fixed64) this.advance(8)
    else if (type === wire.fixed32) this.advance(4)
    else this.fail()
  }
}
