import parquetjs, { type Envelope, type RowBuffer, type RowGroupTarget, type Schema } from 'parquetjs-lite'
import type { Cell, Row } from './format.ts'
import { type ColumnType, columnTypes, type ParquetColumn } from './parquet-column.ts'
import { statisticsOf } from './parquet-statistics.ts'

/** A row group ends at so many rows or bytes. Only the rows decide, so that the same rows give the same bytes. */
const groupLimits = { rows: 32_768, bytes: 16 * 2 ** 20 }

/** Data pages of version 1, which every reader knows; no page index, since a column chunk has one page. */
const pages = { useDataPageV2: false, pageIndex: false }

/**
 * The bytes of a Parquet file, row group by row group, compressed with Snappy.
 *
 * The rows bypass parquetjs-lite's own conversion, which rounds 64-bit integers through a double and refuses times
 * before 1970: whole columns of checked cells are laid where it lays its converted ones.
 */
export async function* parquetFile(
  columns: Readonly<Record<string, ParquetColumn>>,
  rows: Iterable<Row>,
  sizeOf: (row: Row) => number,
): AsyncGenerator<Uint8Array> {
  const written: Buffer[] = []
  const schema = schemaOf(columns)
  const envelope = new parquetjs.ParquetEnvelopeWriter(
    schema,
    (bytes) => written.push(bytes),
    () => {},
    0,
    pages,
  )
  envelope.writeHeader()
  for (const group of rowGroups(rows, sizeOf)) {
    await writeRowGroup(schema, envelope, Object.entries(columns), group)
    yield* written.splice(0)
  }
  envelope.writeFooter({})
  yield* written
}

function* rowGroups(rows: Iterable<Row>, sizeOf: (row: Row) => number): Generator<Row[]> {
  let group: Row[] = []
  let sizeBytes = 0
  for (const row of rows) {
    group.push(row)
    sizeBytes += sizeOf(row)
    if (sizeBytes < groupLimits.bytes && group.length < groupLimits.rows) continue
    yield group
    group = []
    sizeBytes = 0
  }
  if (group.length > 0) yield group
}

function schemaOf(columns: Readonly<Record<string, ParquetColumn>>): Schema {
  const fields = Object.entries(columns).map(([name, column]) => {
    const field = { type: columnTypes[column].parquetType, compression: 'SNAPPY', statistics: false } as const
    return [name, field] as const
  })
  return new parquetjs.ParquetSchema(Object.fromEntries(fields))
}

async function writeRowGroup(
  schema: Schema,
  envelope: Envelope,
  columns: readonly (readonly [string, ParquetColumn])[],
  rows: readonly Row[],
): Promise<void> {
  const cells = columns.map((_, column) => rows.map((row) => row[column] as Cell))
  const writer = new parquetjs.ParquetWriter(schema, rowGroupsOnly(envelope), { rowGroupSize: rows.length })
  writer.rowBuffer = rowBufferOf(
    columns.map(([name]) => name),
    cells,
    rows.length,
  )
  await writer.close()
  const group = envelope.rowGroups.at(-1)
  columns.forEach(([, column], index) => {
    describeChunk(group?.columns[index]?.meta_data, columnTypes[column], cells[index] ?? [])
  })
}

function describeChunk(
  chunk: { statistics?: object } | undefined,
  type: ColumnType,
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
