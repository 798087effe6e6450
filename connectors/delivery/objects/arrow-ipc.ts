import { ColumnBatch } from './columns/column-batch.ts'
import { type GivenColumns, givenColumns, type RowOfGiven } from './columns/given-columns.ts'
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
export function arrow<const G extends GivenColumns>(
  given: G,
  { recordBatch }: ArrowOptions = {},
): Format<RowOfGiven<G>> {
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
