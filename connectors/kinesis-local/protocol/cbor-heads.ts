import type { ByteWriter } from './byte-writer.ts'

/** The kinds of CBOR items that answers are made of (RFC 8949, section 3.1). */
export const major = { integer: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6 } as const

/** The first bytes of an item: its kind, and its length, its count or its value, in as few bytes as it takes. */
export function writeHead(writer: ByteWriter, kind: number, value: number): void {
  const high = kind << 5
  if (value < 24) {
    writer.byte(high | value)
  } else if (value < 0x100) {
    writer.byte(high | 24)
    writer.byte(value)
  } else if (value < 0x1_0000) {
    writer.byte(high | 25)
    writer.bigEndian(value, 2)
  } else if (value < 0x1_0000_0000) {
    writer.byte(high | 26)
    writer.bigEndian(value, 4)
  } else {
    writer.byte(high | 27)
    writer.bigEndian(Math.floor(value / 2 ** 32), 4)
    writer.bigEndian(value % 2 ** 32, 4)
  }
}

/** A text of ASCII characters only. */
export function writeAscii(writer: ByteWriter, text: string): void {
  writeHead(writer, major.text, text.length)
  writer.ascii(text)
}
