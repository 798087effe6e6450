import parquetjs, { type Envelope, type RowBuffer, type RowGroupTarget, type Schema } from 'parquetjs-lite'
import type { Columns } from '../columns/column.ts'
import type { Batch } from '../format.ts'
import type { FileEncoder, ParquetCompression } from './file-encoder.ts'
import {
  type Cell,
  isParquetjsColumn,
  type ParquetjsColumn,
  type ParquetjsType,
  parquetjsTypes,
} from './parquetjs-column.ts'
import { statisticsOf } from './parquetjs-statistics.ts'
import { type RowGroupLimits, RowGroups } from './row-groups.ts'

/** Data pages of version 1, which every reader knows; no page index, since a column chunk has one page. */
const pages = { useDataPageV2: false, pageIndex: false }
const compressions = { none: 'UNCOMPRESSED', snappy: 'SNAPPY', gzip: 'GZIP', zstd: undefined } as const

type Named = readonly [name: string, column: ParquetjsColumn]

/**
 * A Parquet file by parquetjs-lite, with the bytes that version 0.1 gave.
 *
 * The rows bypass its own conversion, which rounds 64-bit integers through a double and refuses times before 1970: whole
 * columns of checked cells are laid where it lays its converted ones.
 */
export class ParquetjsFile implements FileEncoder {
  readonly #columns: readonly Named[]
  readonly #schema: Schema
  readonly #envelope: Envelope
  readonly #groups: RowGroups
  #written: Buffer[] = []

  constructor(columns: Columns, compression: ParquetCompression, rowGroup: RowGroupLimits) {
    this.#columns = Object.entries(columns).map(([name, column]) => {
      if (!isParquetjsColumn(column)) throw new TypeError(`parquetjs-lite cannot write column ${name}`)
      return [name, column]
    })
    this.#schema = schemaOf(this.#columns, compressions[compression] ?? 'UNCOMPRESSED')
    this.#groups = new RowGroups(columns, rowGroup)
    const write = (bytes: Buffer) => this.#written.push(bytes)
    this.#envelope = new parquetjs.ParquetEnvelopeWriter(this.#schema, write, () => {}, 0, pages)
    this.#envelope.writeHeader()
  }

  async add(batch: Batch): Promise<readonly Uint8Array[]> {
    for (const group of this.#groups.add(batch)) await this.#write(group)
    return this.#written.splice(0)
  }

  async finish(): Promise<readonly Uint8Array[]> {
    for (const group of this.#groups.rest()) await this.#write(group)
    this.#envelope.writeFooter({})
    return this.#written.splice(0)
  }

  #write(group: Batch): Promise<void> {
    return writeRowGroup(this.#schema, this.#envelope, this.#columns, group)
  }
}

function schemaOf(columns: readonly Named[], compression: 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP'): Schema {
  const fields = columns.map(([name, column]) => {
    return [name, { type: parquetjsTypes[column].name, compression, statistics: false }] as const
  })
  return new parquetjs.ParquetSchema(Object.fromEntries(fields))
}

async function writeRowGroup(
  schema: Schema,
  envelope: Envelope,
  columns: readonly Named[],
  { packed, rows }: Batch,
): Promise<void> {
  const types = columns.map(([, column]) => parquetjsTypes[column])
  const runs = [...packed]
  const cells = types.map((type) => type.cells(runs.splice(0, type.runs), rows))
  const writer = new parquetjs.ParquetWriter(schema, rowGroupsOnly(envelope), { rowGroupSize: rows })
  writer.rowBuffer = rowBufferOf(
    columns.map(([name]) => name),
    cells,
    rows,
  )
  await writer.close()
  const group = envelope.rowGroups.at(-1)
  types.forEach((type, index) => {
    describeChunk(group?.columns[index]?.meta_data, type, cells[index] ?? [])
  })
}

function describeChunk(
  chunk: { statistics?: object } | undefined,
  type: ParquetjsType,
  cells: readonly Cell[],
): void {
  const statistics = statisticsOf(type, cells)
  if (chunk !== undefined && statistics !== undefined) chunk.statistics = statistics
}

/** parquetjs-lite writes a file when its writer is closed; of that, only the row group is wanted here. */
function rowGroupsOnly(envelope: Envelope): RowGroupTarget {
  const nothing = () => {}
  return {
    useDataPageV2: envelope.useDataPageV2,
    writeHeader: nothing,
    writeRowGroup: (records) => envelope.writeRowGroup(records),
    writeIndex: nothing,
    writeFooter: nothing,
    close: nothing,
  }
}

function rowBufferOf(names: readonly string[], cells: readonly Cell[][], rows: number): RowBuffer {
  const buffer: RowBuffer = { rowCount: rows, pageRowCount: rows, columnData: {}, pages: {} }
  names.forEach((name, column) => {
    buffer.columnData[name] = {
      // A copy: the encoder puts bytes in the place of text.
      values: [...(cells[column] ?? [])],
      dlevels: new Array(rows),
      rlevels: new Array(rows),
      distinct_values: new Set(),
      count: rows,
    }
    buffer.pages[name] = []
  })
  return buffer
}
