import type { ArrowSchema } from './columns/arrow-columns.ts'
import type { Columns, RowOf } from './columns/column.ts'
import { ColumnBatch } from './columns/column-batch.ts'
import { type GivenColumns, givenColumns } from './columns/given-columns.ts'
import type { SchemaOfRows } from './columns/json-schema-columns.ts'
import { encodedElsewhere } from './encoding/encoder-thread.ts'
import type { Encoding } from './encoding/file-encoder.ts'
import { type RowGroupOption, rowGroupLimits } from './encoding/row-group-option.ts'
import type { Format } from './format.ts'
import { requirePackages } from './required-packages.ts'

/** How Arrow files are laid out. */
export interface ArrowOptions {
  /** When a record batch of the file ends. */
  readonly recordBatch?: RowGroupOption
}

/**
 * Files in Arrow's IPC format, not compressed, with columns as for `parquet`. A file is in memory as a whole while it is
 * encoded. Needs the package `apache-arrow`.
 *
 * @throws MillraceError `OPTION_INVALID` without any column, for one that cannot be, or if the package is not there.
 * @example
 * arrow({ customer: 'string', at: column.timestamp('us'), tags: column.list('string') })
 */
export function arrow<T>(schema: SchemaOfRows<T>, options?: ArrowOptions): Format<T>
export function arrow(schema: ArrowSchema, options?: ArrowOptions): Format<Readonly<Record<string, unknown>>>
export function arrow<const C extends Columns>(columns: C, options?: ArrowOptions): Format<RowOf<C>>
export function arrow(given: GivenColumns, { recordBatch }: ArrowOptions = {}): Format<never> {
  const columns = givenColumns(given, 'arrow({})')
  requirePackages('arrow(…)', ['apache-arrow'])
  const encoding: Encoding = { kind: 'arrow', columns, rowGroup: rowGroupLimits(recordBatch) }
  return {
    extension: 'arrow',
    layout: JSON.stringify(Object.entries(columns)),
    open: () => new ColumnBatch(columns),
    encode: (rows, told = {}) => encodedElsewhere(encoding, rows, told),
  }
}
