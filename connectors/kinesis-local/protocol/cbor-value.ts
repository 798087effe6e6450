import { ByteWriter } from './byte-writer.ts'
import { major, writeHead } from './cbor-heads.ts'

const [no, yes, none, double] = [0xf4, 0xf5, 0xf6, 0xfb]

/** Any value that an answer can hold, as CBOR. Members that are `undefined` are left out, as JSON leaves them out. */
export function cborValue(value: unknown): Buffer {
  const writer = new ByteWriter(256)
  writeValue(writer, value)
  return writer.finish()
}

/** Writes what {@link cborValue} gives into a larger whole. */
export function writeValue(writer: ByteWriter, value: unknown): void {
  if (typeof value === 'string') writeText(writer, value)
  else if (typeof value === 'number') writeNumber(writer, value)
  else if (typeof value === 'boolean') writer.byte(value ? yes : no)
  else if (value === null || value === undefined) writer.byte(none)
  else if (value instanceof Date) writeTime(writer, value.getTime())
  else if (value instanceof Uint8Array) writeBytes(writer, value)
  else if (Array.isArray(value)) writeList(writer, value)
  else writeMap(writer, value)
}

/** AWS's CBOR has tag 1 on milliseconds. */
export function writeTime(writer: ByteWriter, ms: number): void {
  writeHead(writer, major.tag, 1)
  writeNumber(writer, ms)
}

function writeText(writer: ByteWriter, text: string): void {
  const bytes = Buffer.from(text)
  writeHead(writer, major.text, bytes.length)
  writer.bytes(bytes)
}

function writeBytes(writer: ByteWriter, bytes: Uint8Array): void {
  writeHead(writer, major.bytes, bytes.length)
  writer.bytes(bytes)
}

function writeNumber(writer: ByteWriter, value: number): void {
  if (Number.isSafeInteger(value)) {
    if (value >= 0) writeHead(writer, major.integer, value)
    else writeHead(writer, major.negative, -1 - value)
    return
  }
  const bytes = Buffer.alloc(9, double)
  bytes.writeDoubleBE(value, 1)
  writer.bytes(bytes)
}

function writeList(writer: ByteWriter, list: readonly unknown[]): void {
  writeHead(writer, major.list, list.length)
  for (const value of list) writeValue(writer, value)
}

function writeMap(writer: ByteWriter, map: object): void {
  const members = Object.entries(map).filter(([, value]) => value !== undefined)
  writeHead(writer, major.map, members.length)
  for (const [name, value] of members) {
    writeText(writer, name)
    writeValue(writer, value)
  }
}
