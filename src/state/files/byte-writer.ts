/** As few bytes as this are copied sooner one by one than by a call. */
const fewBytes = 24

/** Bytes that grow at their end, in memory of their own. Numbers are little-endian. */
export class ByteWriter {
  #bytes: Buffer
  #length = 0

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity)
  }

  get length(): number {
    return this.#length
  }

  byte(value: number): void {
    this.#room(1)
    this.#bytes[this.#length++] = value
  }

  /** A whole number from 0 to 2^53 - 1: seven bits a byte, the lowest first, all but the last with the high bit. */
  varint(value: number): void {
    this.#room(8)
    let rest = value
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.#length++] = rest
  }

  uint32(value: number): void {
    this.#room(4)
    this.#length = this.#bytes.writeUInt32LE(value, this.#length)
  }

  float64(value: number): void {
    this.#room(8)
    this.#length = this.#bytes.writeDoubleLE(value, this.#length)
  }

  /** A text in UTF-8, after its length in bytes. */
  text(value: string): void {
    const length = Buffer.byteLength(value)
    this.varint(length)
    this.#room(length)
    this.#length += this.#bytes.write(value, this.#length)
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length)
    if (value.length > fewBytes) this.#bytes.set(value, this.#length)
    else
      for (let index = 0; index < value.length; index += 1) this.#bytes[this.#length + index] = value[index]!
    this.#length += value.length
  }

  copy(from: Buffer, start: number, end: number): void {
    this.#room(end - start)
    copyBytes(from, start, end, this.#bytes, this.#length)
    this.#length += end - start
  }

  /** What was written. Nothing may be written after it, but after {@link clear}. */
  end(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Begins anew, in the same memory. */
  clear(): void {
    this.#length = 0
  }

  /** Copies what was written to `target`. */
  copyTo(target: Buffer, at: number): void {
    copyBytes(this.#bytes, 0, this.#length, target, at)
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#length + bytes))
    this.#bytes.copy(grown, 0, 0, this.#length)
    this.#bytes = grown
  }
}

function copyBytes(from: Buffer, start: number, end: number, to: Buffer, at: number): void {
  if (end - start > fewBytes) from.copy(to, at, start, end)
  else for (let index = start; index < end; index += 1) to[at + index - start] = from[index]!
}
