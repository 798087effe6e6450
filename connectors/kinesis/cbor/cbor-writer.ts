import { type Major, major } from './major-types.ts'

/** Writes CBOR (RFC 8949) into memory that must have been made large enough. */
export class CborWriter {
  readonly #bytes: Buffer
  #at = 0

  constructor(mostBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(mostBytes)
  }

  /** The beginning of an array, a map or a string of this length; or a number. */
  head(kind: Major, length: number): void {
    const high = kind << 5
    if (length < 24) this.#at = this.#bytes.writeUInt8(high | length, this.#at)
    else if (length < 2 ** 8) this.#at = this.#bytes.writeUInt16BE(((high | 24) << 8) | length, this.#at)
    else if (length < 2 ** 16) {
      this.#at = this.#bytes.writeUInt8(high | 25, this.#at)
      this.#at = this.#bytes.writeUInt16BE(length, this.#at)
    } else {
      this.#at = this.#bytes.writeUInt8(high | 26, this.#at)
      this.#at = this.#bytes.writeUInt32BE(length, this.#at)
    }
  }

  text(text: string): void {
    this.head(major.text, Buffer.byteLength(text))
    this.#at += this.#bytes.write(text, this.#at)
  }

  /** A time as Kinesis has it: milliseconds since 1970, whatever the standard says of its tag. */
  timestamp(time: Date): void {
    this.head(major.tag, 1)
    this.#at = this.#bytes.writeUInt8((major.unsigned << 5) | 27, this.#at)
    this.#at = this.#bytes.writeBigUInt64BE(BigInt(time.getTime()), this.#at)
  }

  bytes(bytes: Uint8Array): void {
    this.head(major.bytes, bytes.length)
    this.raw(bytes)
  }

  /** What is CBOR already. */
  raw(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }
}

/** So many bytes a text of this length takes at most: three a character, and its head. */
export function mostBytesOf(text: string): number {
  return 5 + 3 * text.length
}
