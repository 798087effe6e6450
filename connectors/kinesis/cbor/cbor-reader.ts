import { type Major, major } from './major-types.ts'
import type { MemberName } from './member-name.ts'

/**
 * Thrown where the bytes end before the item does. It is always the same object: a body that comes in chunks is cut in
 * the middle of an item once a chunk.
 */
export const cutOff = new SyntaxError('the CBOR ends in the middle of an item')

/** The length of what goes on until a break. */
const indefinite = -1
const breakByte = 0xff
const nullByte = 0xf6
const timeTag = 0xc1

/** What Kinesis answers is four deep; the bound is for the stack. */
const deepest = 32
/** PutRecords answers with some 3,000 items; the bound is for the memory that items of a byte each would take. */
const mostItems = 100_000

/**
 * Reads CBOR (RFC 8949) item by item. Strings of bytes are views of what is read, not copies.
 *
 * Every method throws {@link cutOff} if the bytes do not suffice, and another SyntaxError for bytes that are no CBOR or
 * not what was asked for.
 */
export class CborReader {
  /** Where the next item begins. */
  at = 0
  /** How many bytes it takes to get beyond the point where {@link cutOff} was thrown last. */
  needed = 0
  /** What is read. */
  readonly bytes: Buffer
  readonly #view: DataView
  #items = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /**
   * How many items an array has, pairs a map, or bytes a string; or the number itself. To be counted down with
   * {@link ended}, for it is negative where a break marks the end.
   */
  length(expected: Major): number {
    this.#need(1)
    const initial = this.bytes[this.at]!
    if (initial >> 5 !== expected) throw new SyntaxError(`the CBOR holds ${initial >> 5}, not ${expected}`)
    this.at++
    return (initial & 31) === 31 ? indefinite : this.#argument(initial & 31)
  }

  /** Whether nothing is left of an array or map of which so many items were left. */
  ended(left: number): boolean {
    return left < 0 ? this.#skip(breakByte) : left === 0
  }

  /** Reads a text; which of the names it is, or -1. */
  oneOf(names: readonly MemberName[]): number {
    const length = this.length(major.text)
    if (length < 0) {
      const text = this.#pieces(major.text).toString()
      return names.findIndex((name) => name.text === text)
    }
    const at = this.#advance(length)
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!
      if (name.length === length && name.standsAt(at, this.#view)) return i
    }
    return -1
  }

  /** Passes over a string, which ends where the next item begins; where it begins, or -1 if it is in pieces. */
  span(kind: typeof major.bytes | typeof major.text): number {
    const length = this.length(kind)
    return length < 0 ? -1 : this.#advance(length)
  }

  text(): string {
    const length = this.length(major.text)
    if (length < 0) return this.#pieces(major.text).toString()
    const at = this.#advance(length)
    return this.bytes.toString('utf8', at, this.at)
  }

  byteString(): Buffer {
    const length = this.length(major.bytes)
    if (length < 0) return this.#pieces(major.bytes)
    const at = this.#advance(length)
    return this.bytes.subarray(at, this.at)
  }

  /** In milliseconds since 1970, as Kinesis means tag 1; elsewhere that stands for seconds. */
  timestamp(): number {
    this.#skip(timeTag)
    const value = this.value()
    if (typeof value !== 'number') throw new SyntaxError('the CBOR holds no time where one is expected')
    return value
  }

  /** Whether a null comes next; then it has been read. */
  isNull(): boolean {
    return this.#skip(nullByte)
  }

  /** Whatever comes next. A map becomes an object, what follows tag 1 a `Date`; other tags are passed over. */
  value(): unknown {
    this.#items = 0
    return this.#value(0)
  }

  #value(depth: number): unknown {
    if (depth > deepest || ++this.#items > mostItems)
      throw new SyntaxError('the CBOR is too deep or too long')
    this.#need(1)
    switch (this.bytes[this.at]! >> 5) {
      case major.unsigned:
        return this.length(major.unsigned)
      case major.negative:
        return -1 - this.length(major.negative)
      case major.bytes:
        return this.byteString()
      case major.text:
        return this.text()
      case major.array:
        return this.#array(depth + 1)
      case major.map:
        return this.#map(depth + 1)
      case major.tag:
        return this.#tagged(depth + 1)
      default:
        return this.#simple()
    }
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = []
    for (let left = this.length(major.array); !this.ended(left); left--) items.push(this.#value(depth))
    return items
  }

  #map(depth: number): object {
    const members: Record<string, unknown> = {}
    for (let left = this.length(major.map); !this.ended(left); left--) {
      const name = this.text()
      const value = this.#value(depth)
      // Assigned, this one would be no member.
      if (name === '__proto__') Object.defineProperty(members, name, { value, enumerable: true })
      else members[name] = value
    }
    return members
  }

  #tagged(depth: number): unknown {
    const tag = this.length(major.tag)
    const value = this.#value(depth)
    return tag === 1 && typeof value === 'number' ? new Date(value) : value
  }

  #simple(): unknown {
    const info = this.bytes[this.#advance(1)]! & 31
    if (info === 20 || info === 21) return info === 21
    if (info === 22 || info === 23) return null
    if (info === 25) return halfFloat(this.#view.getUint16(this.#advance(2)))
    if (info === 26) return this.#view.getFloat32(this.#advance(4))
    if (info === 27) return this.#view.getFloat64(this.#advance(8))
    throw new SyntaxError(`the CBOR holds simple value ${info}, which means nothing here`)
  }

  /** The number in an initial byte, or after it. */
  #argument(info: number): number {
    if (info < 24) return info
    if (info > 27) throw new SyntaxError(`the CBOR holds a number of a size that does not exist (${info})`)
    const at = this.#advance(1 << (info - 24))
    if (info === 24) return this.bytes[at]!
    if (info === 25) return this.#view.getUint16(at)
    if (info === 26) return this.#view.getUint32(at)
    return this.#view.getUint32(at) * 2 ** 32 + this.#view.getUint32(at + 4)
  }

  /** The rest of a string that comes in pieces, each of a length that is given. */
  #pieces(kind: typeof major.bytes | typeof major.text): Buffer {
    const pieces: Buffer[] = []
    while (!this.ended(indefinite)) {
      const length = this.length(kind)
      if (length < 0) throw new SyntaxError('the CBOR holds a string whose pieces are in pieces')
      const at = this.#advance(length)
      pieces.push(this.bytes.subarray(at, this.at))
    }
    return Buffer.concat(pieces)
  }

  #skip(byte: number): boolean {
    this.#need(1)
    if (this.bytes[this.at] !== byte) return false
    this.at++
    return true
  }

  /** Goes on by so many bytes; where they begin. */
  #advance(count: number): number {
    this.#need(count)
    const { at } = this
    this.at += count
    return at
  }

  #need(count: number): void {
    if (this.at + count <= this.bytes.length) return
    this.needed = this.at + count
    throw cutOff
  }
}

function halfFloat(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023]
  const sign = bits >> 15 === 1 ? -1 : 1
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * 2 ** -24 * fraction : sign * 2 ** (exponent - 25) * (1024 + fraction)
}
