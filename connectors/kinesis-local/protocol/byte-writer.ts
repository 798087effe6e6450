/** Builds a long answer as bytes, without a string for the whole. */
export class ByteWriter {
  #target: Buffer
  #at = 0

  constructor(expectedSize: number) {
    this.#target = Buffer.allocUnsafeSlow(Math.max(64, expectedSize))
  }

  /** Text of ASCII characters only. */
  ascii(text: string): void {
    this.#reserve(text.length)
    this.#at += this.#target.write(text, this.#at, 'latin1')
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#target[this.#at++] = value
  }

  /** A number of at most 32 bits, the highest byte first. */
  bigEndian(value: number, size: 2 | 4): void {
    this.#reserve(size)
    for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) this.#target[this.#at++] = value >>> shift
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#target.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** What lies between two places of `source`. */
  copy(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start)
    this.#at += source.copy(this.#target, this.#at, start, end)
  }

  base64(source: Buffer, start: number, end: number): void {
    this.ascii(source.toString('base64', start, end))
  }

  /** The UTF-8 text between two places of `source`, as the inside of a JSON string. */
  jsonText(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start)
    const target = this.#target
    let at = this.#at
    for (let place = start; place < end; place++) {
      const byte = source[place] as number
      if (byte < 0x20 || byte === 0x22 || byte === 0x5c) {
        this.#escapedText(source, start, end)
        return
      }
      target[at++] = byte
    }
    this.#at = at
  }

  /** Takes back the last bytes, such as a separator with nothing behind it. */
  retract(size: number): void {
    this.#at -= size
  }

  finish(): Buffer {
    return this.#target.subarray(0, this.#at)
  }

  #escapedText(source: Buffer, start: number, end: number): void {
    this.bytes(Buffer.from(JSON.stringify(source.toString('utf8', start, end)).slice(1, -1)))
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#target.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#at + size, this.#target.length * 2))
    this.#target.copy(larger, 0, 0, this.#at)
    this.#target = larger
  }
}
