import type { Key } from '../key.ts'
import type { ByteReader } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'

/** How a key begins: a whole number not below zero, one below zero, any other number, a text, a bigint. */
const kinds = { whole: 0, negative: 1, fraction: 2, text: 3, bigint: 4 }

export function writeKey(to: ByteWriter, key: Key): void {
  if (typeof key === 'string') {
    to.byte(kinds.text)
    to.text(key)
  } else if (typeof key === 'bigint') {
    to.byte(kinds.bigint)
    to.text(String(key))
  } else if (!Number.isSafeInteger(key)) {
    to.byte(kinds.fraction)
    to.float64(key)
  } else {
    to.byte(key < 0 ? kinds.negative : kinds.whole)
    to.varint(Math.abs(key))
  }
}

export function readKey(from: ByteReader): Key {
  const kind = from.byte()
  if (kind === kinds.text) return from.text()
  if (kind === kinds.whole) return from.varint()
  if (kind === kinds.negative) return -from.varint()
  return kind === kinds.fraction ? from.float64() : BigInt(from.text())
}

/** Where a key that begins at a place ends. */
export function keyEnd(bytes: Buffer, from: number): number {
  const kind = bytes[from]!
  let at = from + 1
  if (kind === kinds.fraction) return at + 8
  let byte = bytes[at++]!
  if (kind !== kinds.text && kind !== kinds.bigint) {
    while (byte >= 0x80) byte = bytes[at++]!
    return at
  }
  let length = byte & 0x7f
  for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
    byte = bytes[at++]!
    length += (byte & 0x7f) * scale
  }
  return at + length
}
