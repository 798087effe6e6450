import { RecordBatchStreamWriter, type Schema } from 'apache-arrow'
import {
  Compression,
  EnabledStatistics,
  Table,
  type WriterProperties,
  WriterPropertiesBuilder,
  writeParquet,
} from 'parquet-wasm'
import type { Columns } from '../columns/column.ts'
import type { Batch, Told } from '../format.ts'
import { recordBatchOf, schemaOf } from './arrow-batch.ts'
import { columnFacts } from './column-facts.ts'
import type { FileEncoder, ParquetCompression } from './file-encoder.ts'
import { JoinedParquet } from './joined-parquet.ts'
import { parquetColumns, parquetRuns } from './parquet-seconds.ts'
import { type RowGroupLimits, RowGroups } from './row-groups.ts'

const compressions = {
  none: Compression.UNCOMPRESSED,
  snappy: Compression.SNAPPY,
  gzip: Compression.GZIP,
  zstd: Compression.ZSTD,
} as const

/** A Parquet file by parquet-wasm, which is handed a row group at a time. */
export class ParquetWasmFile implements FileEncoder {
  readonly #columns: Columns
  readonly #schema: Schema
  readonly #compression: ParquetCompression
  readonly #groups: RowGroups
  readonly #file: JoinedParquet

  constructor(columns: Columns, compression: ParquetCompression, rowGroup: RowGroupLimits, told: Told) {
    this.#columns = columns
    this.#schema = schemaOf(parquetColumns(columns))
    this.#compression = compression
    this.#file = new JoinedParquet(told)
    this.#groups = new RowGroups(columns, rowGroup)
  }

  *#encoded(groups: Iterable<Batch>): Generator<Uint8Array> {
    for (const group of groups) yield* this.#file.add(this.#rowGroup(group))
  }

  add(batch: Batch): Uint8Array[] {
    return [...this.#encoded(this.#groups.add(batch))]
  }

  finish(): Uint8Array[] {
    return [...this.#encoded(this.#groups.rest()), ...this.#file.finish()]
  }

  /** A file of this row group alone. */
  #rowGroup(group: Batch): Uint8Array {
    const rows = parquetRuns(this.#columns, group)
    const batch = recordBatchOf(this.#schema, parquetColumns(this.#columns), rows)
    const writer = new RecordBatchStreamWriter()
    writer.write(batch)
    writer.finish()
    const table = Table.fromIPCStream(writer.toUint8Array(true))
    return writeParquet(table, this.#properties(group))
  }

  #properties(group: Batch): WriterProperties {
    const facts = columnFacts(this.#columns, group)
    let builder = new WriterPropertiesBuilder()
      .setCompression(compressions[this.#compression])
      .setMaxRowGroupSize(Math.max(group.rows, 1))
      .setDictionaryEnabled(false)
      .setStatisticsEnabled(facts.nestedNaN ? EnabledStatistics.None : EnabledStatistics.Page)
    for (const name of facts.repetitive) builder = builder.setColumnDictionaryEnabled(name, true)
    for (const name of facts.withNaN)
      builder = builder.setColumnStatisticsEnabled(name, EnabledStatistics.None)
    return builder.build()
  }
}
