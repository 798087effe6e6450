import { MillraceError } from '../../../src/errors.ts'
import type { Columns } from './columns/column.ts'
import { ColumnBatch } from './columns/column-batch.ts'
import { type GivenColumns, givenColumns, type RowOfGiven } from './columns/given-columns.ts'
import { encodedElsewhere } from './encoding/encoder-thread.ts'
import type { Encoding, ParquetCompression } from './encoding/file-encoder.ts'
import { isParquetjsColumn, parquetjsColumns } from './encoding/parquetjs-column.ts'
import { parquetjsDefaults, type RowGroupOption, rowGroupLimits } from './encoding/row-group-option.ts'
import type { Format } from './format.ts'
import { requirePackages } from './required-packages.ts'

/** How Parquet files are laid out. */
export interface ParquetOptions {
  /** How pages are compressed. Default `'snappy'`. */
  readonly compression?: ParquetCompression
  readonly rowGroup?: RowGroupOption
  /**
   * What writes the files. `'parquet-wasm'`, the default, writes all columns and needs the packages `parquet-wasm` and
   * `apache-arrow`. `'parquetjs-lite'` needs the package of this name, which is small, and writes a tenth as fast
   * `string`, `int32`, `int64`, `double`, `boolean` and `timestamp`, compressed with Snappy, gzip or not at all.
   * The bytes of a file depend on it; those of version 0.1 were written by `'parquetjs-lite'`.
   */
  readonly writer?: 'parquet-wasm' | 'parquetjs-lite'
}

/**
 * Parquet files with these columns, in this order. The type of the rows follows from the columns: a row that lacks one, or
 * has another type in one, is an error of the compiler. Columns take no nulls, unless they are `column.optional(…)`.
 *
 * | column | row holds | refused with `ROW_INVALID` |
 * |---|---|---|
 * | `string` | string | lone surrogates |
 * | `int8` to `int32`, `uint8` to `uint32` | number | fractions, beyond so many bits |
 * | `int64`, `uint64` | number or bigint | fractions, numbers beyond 2^53 - 1, bigints beyond 64 bits |
 * | `double` | number | |
 * | `float` | number, which becomes the nearest of 32 bits | larger than those |
 * | `boolean` | boolean | |
 * | `binary` | Uint8Array | |
 * | `date` | `'2001-01-31'`, or the Date of a midnight in UTC | other times |
 * | `timestamp` | Date, or milliseconds since 1970 | invalid dates, fractions |
 *
 * `column` makes more: decimals, bytes of a fixed length, times in other units or without a zone, lists, maps and structs.
 *
 * Instead of columns there can be a schema of `apache-arrow`, or a validator that describes its values by Standard JSON
 * Schema (such as zod's): its integers become `int64`, other numbers `double`, and what may be missing `optional`.
 *
 * @throws MillraceError `OPTION_INVALID` without any column, for one that cannot be, or if a package is not there.
 * @example
 * parquet({ customer: 'string', minute: 'timestamp', cents: 'int64' })
 * @example
 * parquet({ id: 'string', note: column.optional('string') }, { compression: 'zstd', rowGroup: { rows: 50_000 } })
 * @example
 * import { z } from 'zod'
 * parquet(z.object({ id: z.string(), cents: z.int() }))
 */
export function parquet<const G extends GivenColumns>(
  given: G,
  options: ParquetOptions = {},
): Format<RowOfGiven<G>> {
  const { compression = 'snappy', rowGroup, writer = 'parquet-wasm' } = options
  const columns = givenColumns(given, 'parquet({})')
  requireWriter(columns, compression, writer)
  const encoding: Encoding = {
    kind: 'parquet',
    writer,
    columns,
    compression,
    rowGroup: rowGroupLimits(writer === 'parquetjs-lite' ? { ...parquetjsDefaults, ...rowGroup } : rowGroup),
  }
  return {
    extension: 'parquet',
    layout: JSON.stringify(Object.entries(columns)),
    open: () => new ColumnBatch(columns),
    encode: (rows, told = {}) => encodedElsewhere(encoding, rows, told),
  }
}

const compressions: readonly unknown[] = ['none', 'snappy', 'gzip', 'zstd']

function requireWriter(columns: Columns, compression: ParquetCompression, writer: string): void {
  if (!compressions.includes(compression))
    throw invalid(`the compression is ${String(compression)}; there are ${compressions.join(', ')}`)
  if (writer === 'parquet-wasm') requirePackages('parquet(…)', ['parquet-wasm', 'apache-arrow'])
  else if (writer === 'parquetjs-lite') requireParquetjs(columns, compression)
  else throw invalid(`the writer is ${writer}; there are parquet-wasm and parquetjs-lite`)
}

function requireParquetjs(columns: Columns, compression: ParquetCompression): void {
  requirePackages('parquet(…, { writer })', ['parquetjs-lite'])
  const other = Object.entries(columns).find(([, column]) => !isParquetjsColumn(column))
  if (other !== undefined)
    throw invalid(`parquetjs-lite cannot write column ${other[0]}: it writes ${parquetjsColumns.join(', ')}`)
  if (compression === 'zstd') throw invalid('parquetjs-lite does not compress with zstd')
}

function invalid(message: string): MillraceError {
  return new MillraceError('OPTION_INVALID', message)
}
