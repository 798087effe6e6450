import { KinesisError } from './kinesis-error.ts'
import { MemberNames } from './member-names.ts'

/** No input of the service has more than six levels; what the bound is for is the stack. */
const deepest = 32

/** A put of 500 records has some 4,000. What lies in memory for each is bounded with their number. */
const mostItems = 100_000

const indefinite = -1
const endOfIndefinite = Symbol('break')
const names = new MemberNames()

/**
 * The value that CBOR bytes (RFC 8949) stand for. Byte strings are views of `bytes`, a time (tag 1) is a `Date` made of
 * **milliseconds**, as the AWS clients mean it; other tags are passed over. Strings, lists and maps may be of indefinite
 * length.
 *
 * @throws KinesisError SerializationException for anything but exactly one value within the bounds.
 */
export function readCbor(bytes: Buffer): unknown {
  const reader = new CborReader(bytes)
  const value = reader.value(0)
  if (value === endOfIndefinite || !reader.atEnd) throw malformed()
  return value
}

class CborReader {
  readonly #bytes: Buffer
  #at = 0
  #items = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  /** The value at this place, or the mark that ends a value of indefinite length. */
  value(depth: number): unknown {
    this.#items += 1
    if (this.#items > mostItems || depth > deepest) throw malformed()
    const head = this.#bytes[this.#take(1)] as number
    const info = head & 31
    switch (head >> 5) {
      case 0:
        return this.#definite(info)
      case 1:
        return -1 - this.#definite(info)
      case 2:
        return this.#byteString(this.#length(info))
      case 3:
        return this.#text(this.#length(info))
      case 4:
        return this.#list(this.#length(info), depth + 1)
      case 5:
        return this.#map(this.#length(info), depth + 1)
      case 6:
        return tagged(this.#definite(info), this.value(depth + 1))
      default:
        return this.#simple(info)
    }
  }

  /** Moves on by `size` bytes and tells where they begin. */
  #take(size: number): number {
    const start = this.#at
    if (size > this.#bytes.length - start) throw malformed()
    this.#at = start + size
    return start
  }

  #length(info: number): number {
    return info === 31 ? indefinite : this.#definite(info)
  }

  #definite(info: number): number {
    if (info < 24) return info
    if (info === 24) return this.#bytes[this.#take(1)] as number
    if (info === 25) return this.#bytes.readUInt16BE(this.#take(2))
    if (info === 26) return this.#bytes.readUInt32BE(this.#take(4))
    if (info !== 27) throw malformed()
    const at = this.#take(8)
    return this.#bytes.readUInt32BE(at) * 2 ** 32 + this.#bytes.readUInt32BE(at + 4)
  }

  #byteString(length: number): Buffer {
    if (length === indefinite) return this.#chunks(2)
    const start = this.#take(length)
    return this.#bytes.subarray(start, start + length)
  }

  #text(length: number): string {
    if (length === indefinite) return this.#chunks(3).toString('utf8')
    const start = this.#take(length)
    return this.#bytes.toString('utf8', start, start + length)
  }

  /** The strings of a known length that make up one of unknown length. */
  #chunks(major: number): Buffer {
    const chunks: Buffer[] = []
    for (;;) {
      const head = this.#bytes[this.#take(1)] as number
      if (head === 0xff) return Buffer.concat(chunks)
      this.#items += 1
      if (head >> 5 !== major || this.#items > mostItems) throw malformed()
      chunks.push(this.#byteString(this.#definite(head & 31)))
    }
  }

  #list(length: number, depth: number): unknown[] {
    const list: unknown[] = []
    for (let index = 0; index !== length; index++) {
      const value = this.value(depth)
      if (value === endOfIndefinite) {
        if (length === indefinite) break
        throw malformed()
      }
      list.push(value)
    }
    return list
  }

  #map(length: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    for (let index = 0; index !== length; index++) {
      const name = this.#name(depth)
      if (name === endOfIndefinite && length === indefinite) break
      const value = this.value(depth)
      if (typeof name !== 'string' || value === endOfIndefinite) throw malformed()
      if (name === '__proto__') Object.defineProperty(map, name, { ...ownMember, value })
      else map[name] = value
    }
    return map
  }

  /** Most names are short and have been seen before. */
  #name(depth: number): unknown {
    const length = (this.#bytes[this.#at] as number) - 0x60
    if (!(length >= 0 && length < 24)) return this.value(depth)
    this.#take(1)
    this.#items += 1
    const start = this.#take(length)
    return names.textOf(this.#bytes, start, start + length)
  }

  #simple(info: number): unknown {
    if (info === 20 || info === 21) return info === 21
    if (info === 22 || info === 23) return null
    if (info === 25) return halfFloat(this.#bytes.readUInt16BE(this.#take(2)))
    if (info === 26) return this.#bytes.readFloatBE(this.#take(4))
    if (info === 27) return this.#bytes.readDoubleBE(this.#take(8))
    if (info === 31) return endOfIndefinite
    throw malformed()
  }
}

const ownMember = { enumerable: true, configurable: true, writable: true }

function tagged(tag: number, value: unknown): unknown {
  if (value === endOfIndefinite) throw malformed()
  return tag === 1 && typeof value === 'number' ? new Date(value) : value
}

function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  const sign = bits >> 15 === 0 ? 1 : -1
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1024 + fraction) * 2 ** (exponent - 25)
}

function malformed(): KinesisError {
  return new KinesisError('SerializationException', 'The body is not CBOR')
}
