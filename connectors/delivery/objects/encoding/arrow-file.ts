import { RecordBatchFileWriter, type Schema } from 'apache-arrow'
import type { Columns } from '../columns/column.ts'
import type { Batch, Told } from '../format.ts'
import { recordBatchOf, schemaOf } from './arrow-batch.ts'
import type { FileEncoder } from './file-encoder.ts'
import { type RowGroupLimits, RowGroups } from './row-groups.ts'

/** A file of Arrow's IPC format, with a record batch where Parquet has a row group. It is in memory until it ends. */
export class ArrowFile implements FileEncoder {
  readonly #columns: Columns
  readonly #schema: Schema
  readonly #groups: RowGroups
  readonly #writer = new RecordBatchFileWriter()

  constructor(columns: Columns, rowGroup: RowGroupLimits, told: Told) {
    this.#columns = columns
    this.#schema = schemaOf(columns, new Map(Object.entries(told)))
    this.#groups = new RowGroups(columns, rowGroup)
  }

  add(batch: Batch): Uint8Array[] {
    this.#write(this.#groups.add(batch))
    return []
  }

  finish(): Uint8Array[] {
    this.#write(this.#groups.rest())
    this.#writer.finish()
    return [this.#writer.toUint8Array(true)]
  }

  #write(groups: Iterable<Batch>): void {
    for (const group of groups) this.#writer.write(recordBatchOf(this.#schema, this.#columns, group))
  }
}
