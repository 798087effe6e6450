/** How many bytes an unsigned number takes as a varint. */
export function varintSize(value: number): number {
  let size = 1
  for (let left = value; left >= 128; left = Math.floor(left / 128)) size++
  return size
}

/** The size of a delimited field: its tag of one byte, the length, and so many bytes. */
export function fieldSize(length: number): number {
  return 1 + varintSize(length) + length
}

/** Writes the wire format of Protocol Buffers into bytes that are known to be enough. */
export class WireWriter {
  readonly bytes: Buffer
  #at = 0

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size)
  }

  get at(): number {
    return this.#at
  }

  varint(value: number): void {
    let left = value
    for (; left >= 128; left = Math.floor(left / 128)) this.bytes[this.#at++] = (left % 128) + 128
    this.bytes[this.#at++] = left
  }

  varintField(tag: number, value: number): void {
    this.varint(tag)
    this.varint(value)
  }

  /** A delimited field whose value of `length` bytes is written next. */
  open(tag: number, length: number): void {
    this.varint(tag)
    this.varint(length)
  }

  bytesField(tag: number, value: Uint8Array): void {
    this.open(tag, value.length)
    this.raw(value)
  }

  textField(tag: number, value: string, length = Buffer.byteLength(value)): void {
    this.open(tag, length)
    this.#at += this.bytes.write(value, this.#at)
  }

  raw(value: Uint8Array): void {
    this.bytes.set(value, this.#at)
    this.#at += value.length
  }
}
