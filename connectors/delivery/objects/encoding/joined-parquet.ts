import type { Told } from '../format.ts'
import { decodeThrift, encodeThrift, type ThriftField, type ThriftList, type ThriftStruct } from './thrift.ts'

/*
 * A Parquet file is `PAR1`, the pages of its row groups, their column indexes, their offset indexes, the footer, its
 * length (4 bytes) and `PAR1` again. The fields of the footer that are used here, by their ids:
 */
const file = { numRows: 3, rowGroups: 4, keyValues: 5 } as const
const keyValue = { key: 1, value: 2 } as const
const rowGroup = { columns: 1, fileOffset: 5, ordinal: 7 } as const
const chunk = {
  fileOffset: 2,
  metaData: 3,
  offsetIndex: 4,
  offsetIndexLength: 5,
  columnIndex: 6,
  columnIndexLength: 7,
}
const metaData = { dataPage: 9, indexPage: 10, dictionaryPage: 11, bloomFilter: 14 } as const
const offsetIndex = { pageLocations: 1 } as const
const pageLocation = { offset: 1 } as const
const magic = Buffer.from('PAR1')
const i32 = 5
const i64 = 6
const binary = 8
const list = 9
const struct = 12

interface Indexes {
  readonly chunk: ThriftStruct
  readonly columnIndex: Uint8Array | undefined
  readonly offsetIndex: Uint8Array | undefined
}

/**
 * Joins Parquet files that have one row group each, and the same schema, to one. Pages are passed on as they are; only
 * where they lie is written anew. So a file is never in memory as a whole.
 */
export class JoinedParquet {
  readonly #told: Told
  #position = 0
  #footer: ThriftStruct | undefined
  #rows = 0
  readonly #groups: ThriftStruct[] = []
  readonly #indexes: Indexes[] = []

  /** @param told Is added to the footer's pairs of keys and values, in this order. */
  constructor(told: Told) {
    this.#told = told
  }

  /** What the file goes on with. */
  add(bytes: Uint8Array): Uint8Array[] {
    const footer = footerOf(bytes)
    const group = structsOf(footer, file.rowGroups)[0] as ThriftStruct
    const chunks = structsOf(group, rowGroup.columns)
    const footerAt = bytes.length - 8 - footerLength(bytes)
    const indexesAt = chunks.flatMap((column) => [
      numberOf(column, chunk.columnIndex) ?? footerAt,
      numberOf(column, chunk.offsetIndex) ?? footerAt,
    ])
    const pages = bytes.subarray(magic.length, Math.min(footerAt, ...indexesAt))
    const written = this.#groups.length === 0 ? [magic, pages] : [pages]
    if (this.#groups.length === 0) this.#position = magic.length
    const by = this.#position - magic.length
    shift(group, rowGroup.fileOffset, by)
    setNumber(group, rowGroup.ordinal, this.#groups.length)
    for (const column of chunks) this.#indexes.push(moved(column, bytes, by))
    this.#groups.push(group)
    this.#rows += numberOf(footer, file.numRows) ?? 0
    this.#footer ??= footer
    this.#position += pages.length
    return written
  }

  /** What the file ends with. */
  finish(): Uint8Array[] {
    const [footer] = [this.#footer]
    if (footer === undefined) throw new TypeError('a Parquet file has at least one row group')
    const columnIndexes = this.#indexes.map((indexes) =>
      this.#place(indexes.chunk, indexes.columnIndex, chunk.columnIndex, chunk.columnIndexLength),
    )
    const offsetIndexes = this.#indexes.map((indexes) =>
      this.#place(indexes.chunk, indexes.offsetIndex, chunk.offsetIndex, chunk.offsetIndexLength),
    )
    setNumber(footer, file.numRows, this.#rows)
    const groups = footer.get(file.rowGroups) as ThriftField
    groups.value = { itemType: struct, items: this.#groups }
    addKeyValues(footer, this.#told)
    const encoded = encodeThrift(footer)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(encoded.length)
    return [Buffer.concat([...columnIndexes, ...offsetIndexes, encoded, length, magic])]
  }

  #place(column: ThriftStruct, index: Uint8Array | undefined, at: number, length: number): Uint8Array {
    if (index === undefined) return new Uint8Array()
    column.set(at, { type: i64, value: this.#position })
    column.set(length, { type: i32, value: index.length })
    this.#position += index.length
    return index
  }
}

/** Here, and not by the library: it would write them in another order each time. */
function addKeyValues(footer: ThriftStruct, told: Told): void {
  const present = footer.get(file.keyValues)?.value as ThriftList | undefined
  const added = Object.entries(told).map(
    ([key, value]): ThriftStruct =>
      new Map([
        [keyValue.key, { type: binary, value: Buffer.from(key) }],
        [keyValue.value, { type: binary, value: Buffer.from(value) }],
      ]),
  )
  const items = [...(present?.items ?? []), ...added]
  if (items.length > 0) footer.set(file.keyValues, { type: list, value: { itemType: struct, items } })
}

/** A column chunk whose pages lie so much further. Its indexes have no place yet. */
function moved(column: ThriftStruct, bytes: Uint8Array, by: number): Indexes {
  const columnIndex = partOf(column, bytes, chunk.columnIndex, chunk.columnIndexLength)
  const offsets = partOf(column, bytes, chunk.offsetIndex, chunk.offsetIndexLength)
  shift(column, chunk.fileOffset, by)
  const about = column.get(chunk.metaData)?.value as ThriftStruct
  for (const id of [metaData.dataPage, metaData.indexPage, metaData.dictionaryPage]) shift(about, id, by)
  about.delete(metaData.bloomFilter)
  return { chunk: column, columnIndex, offsetIndex: offsets && movedOffsets(offsets, by) }
}

function movedOffsets(bytes: Uint8Array, by: number): Uint8Array {
  const index = decodeThrift(bytes)
  for (const location of structsOf(index, offsetIndex.pageLocations)) shift(location, pageLocation.offset, by)
  return encodeThrift(index)
}

function partOf(column: ThriftStruct, bytes: Uint8Array, at: number, length: number): Uint8Array | undefined {
  const [start, size] = [numberOf(column, at), numberOf(column, length)]
  return start === undefined || size === undefined ? undefined : bytes.slice(start, start + size)
}

function footerLength(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 8, true)
}

function footerOf(bytes: Uint8Array): ThriftStruct {
  const end = bytes.length - 8
  return decodeThrift(bytes.slice(end - footerLength(bytes), end))
}

function structsOf(struct: ThriftStruct, id: number): ThriftStruct[] {
  const list = struct.get(id)?.value as { items: ThriftStruct[] }
  return list.items
}

function numberOf(struct: ThriftStruct, id: number): number | undefined {
  return struct.get(id)?.value as number | undefined
}

function setNumber(struct: ThriftStruct, id: number, value: number): void {
  const field = struct.get(id)
  if (field !== undefined) field.value = value
}

/** Zero is what writers give for a place that is not used. */
function shift(struct: ThriftStruct, id: number, by: number): void {
  const value = numberOf(struct, id)
  if (value !== undefined && value > 0) setNumber(struct, id, value + by)
}
