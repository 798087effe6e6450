/*
 * Thrift's compact protocol, as the footers of Parquet files are written in it, without knowing what the fields mean.
 *
 *   struct   fields, then 0
 *   field    delta of the id (4 bits) and type (4 bits), or 0 and type, then the id as a zigzag varint; then the value
 *   types    1 true, 2 false, 3 byte, 4-6 i16 i32 i64 as zigzag varints, 7 double (8 bytes), 8 binary (varint length),
 *            9 list and 10 set: size (4 bits, 15: a varint follows) and type of the items (4 bits), 12 struct
 */

const types = { true: 1, false: 2, byte: 3, double: 7, binary: 8, list: 9, set: 10, struct: 12 } as const

/** A field: its type, and its value as bytes, number, list or struct. */
export interface ThriftField {
  readonly type: number
  value: ThriftValue
}
export type ThriftValue = boolean | number | Uint8Array | ThriftList | ThriftStruct
/** Fields by id, in their order. */
export type ThriftStruct = Map<number, ThriftField>
export interface ThriftList {
  readonly itemType: number
  readonly items: ThriftValue[]
}

/** The struct at the beginning of the bytes. */
export function decodeThrift(bytes: Uint8Array): ThriftStruct {
  return new ThriftReader(bytes).struct()
}

class ThriftReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  struct(): ThriftStruct {
    const fields: ThriftStruct = new Map()
    let id = 0
    for (let head = this.#byte(); head !== 0; head = this.#byte()) {
      const type = head & 15
      id = head >> 4 === 0 ? this.#zigzag() : id + (head >> 4)
      const isBoolean = type === types.true || type === types.false
      fields.set(id, { type, value: isBoolean ? type === types.true : this.#value(type) })
    }
    return fields
  }

  #value(type: number): ThriftValue {
    if (type === types.struct) return this.struct()
    if (type === types.list || type === types.set) return this.#list()
    if (type === types.binary) return this.#take(this.#varint())
    if (type === types.double) return this.#take(8)
    if (type === types.byte) return this.#byte()
    if (type > 3 && type < 7) return this.#zigzag()
    if (type === types.true || type === types.false) return this.#byte() === types.true
    throw new TypeError(`Thrift type ${type} is not known`)
  }

  #list(): ThriftList {
    const head = this.#byte()
    const size = head >> 4 === 15 ? this.#varint() : head >> 4
    const itemType = head & 15
    return { itemType, items: Array.from({ length: size }, () => this.#value(itemType)) }
  }

  #take(length: number): Uint8Array {
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  #byte(): number {
    return this.#bytes[this.#at++] as number
  }

  #varint(): number {
    let [value, weight, byte] = [0, 1, 0]
    do {
      byte = this.#byte()
      value += (byte & 127) * weight
      weight *= 128
    } while (byte > 127)
    if (!Number.isSafeInteger(value)) throw new RangeError('a number of the footer is too large')
    return value
  }

  #zigzag(): number {
    const value = this.#varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
}

/** The bytes of a struct. */
export function encodeThrift(struct: ThriftStruct): Uint8Array {
  const out: number[] = []
  writeStruct(struct, out)
  return Uint8Array.from(out)
}

function writeStruct(struct: ThriftStruct, out: number[]): void {
  let last = 0
  for (const [id, { type: given, value }] of struct) {
    const type = typeof value === 'boolean' ? (value ? types.true : types.false) : given
    const delta = id - last
    if (delta > 0 && delta < 16) out.push((delta << 4) | type)
    else {
      out.push(type)
      writeZigzag(id, out)
    }
    last = id
    if (typeof value !== 'boolean') writeValue(type, value, out)
  }
  out.push(0)
}

function writeValue(type: number, value: ThriftValue, out: number[]): void {
  if (typeof value === 'boolean') out.push(value ? types.true : types.false)
  else if (typeof value === 'number') {
    if (type === types.byte) out.push(value)
    else writeZigzag(value, out)
  } else if (value instanceof Uint8Array) {
    if (type === types.binary) writeVarint(value.length, out)
    for (const byte of value) out.push(byte)
  } else if (value instanceof Map) writeStruct(value, out)
  else {
    const size = value.items.length
    out.push((Math.min(size, 15) << 4) | value.itemType)
    if (size >= 15) writeVarint(size, out)
    for (const item of value.items) writeValue(value.itemType, item, out)
  }
}

function writeZigzag(value: number, out: number[]): void {
  writeVarint(value < 0 ? -2 * value - 1 : 2 * value, out)
}

function writeVarint(value: number, out: number[]): void {
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128)
  out.push(rest)
}
