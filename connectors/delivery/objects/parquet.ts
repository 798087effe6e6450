import { MillraceError } from '../../../src/errors.ts'
import type { Cell, Format, Packed, Row } from './format.ts'
import { type ColumnType, cellOf, columnTypes, type ParquetColumn, type ValueOf } from './parquet-column.ts'
import { parquetFile } from './parquet-file.ts'

/**
 * Parquet files with these columns, in this order, compressed with Snappy. The type of the rows follows from the
 * columns: a row that lacks one, or has another type in one, is an error of the compiler. Columns take no nulls.
 *
 * | column | row holds | refused with `ROW_INVALID` |
 * |---|---|---|
 * | `string` | string | lone surrogates |
 * | `int32` | number | fractions, beyond 32 bits |
 * | `int64` | number or bigint | fractions, numbers beyond 2^53 - 1, bigints beyond 64 bits |
 * | `double` | number | NaN |
 * | `boolean` | boolean | |
 * | `timestamp` | Date, or milliseconds since 1970 | invalid dates, fractions |
 *
 * @throws MillraceError `OPTION_INVALID` without any column, or for one that cannot be.
 * @example
 * parquet({ customer: 'string', minute: 'timestamp', cents: 'int64' })
 */
export function parquet<const C extends Readonly<Record<string, ParquetColumn>>>(
  columns: C,
): Format<{ -readonly [N in keyof C]: ValueOf<C[N]> }> {
  const kept: Readonly<Record<string, ParquetColumn>> = { ...columns }
  const types = Object.entries(kept).map(([name, column]) => [name, typeOf(name, column)] as const)
  if (types.length === 0) throw new MillraceError('OPTION_INVALID', 'parquet({}) has no columns')
  const sizeOf = (row: Row) => types.reduce((size, [, type], at) => size + type.sizeOf(row[at] as Cell), 0)
  return {
    extension: 'parquet',
    layout: JSON.stringify(Object.entries(kept)),
    rowOf: (value) => types.map(([name, type]) => cellOf(name, type, valueIn(value, name))),
    sizeOf,
    encode: (rows) => parquetFile(kept, rows, sizeOf),
    pack: (rows) => types.flatMap(([, type], at) => type.pack(rows.map((row) => row[at] as Cell))),
    unpack: (packed, rows) =>
      unpacked(
        types.map(([, type]) => type),
        packed,
        rows,
      ),
  }
}

function typeOf(name: string, column: ParquetColumn): ColumnType {
  if (name === '__proto__')
    throw new MillraceError('OPTION_INVALID', "no column can be named __proto__, a name of JavaScript's own")
  if (Object.hasOwn(columnTypes, column)) return columnTypes[column]
  const known = Object.keys(columnTypes).join(', ')
  throw new MillraceError('OPTION_INVALID', `column ${name} has type ${String(column)}; there are ${known}`)
}

function valueIn(row: Readonly<Record<string, unknown>> | null | undefined, name: string): unknown {
  return row?.[name]
}

function* unpacked(types: readonly ColumnType[], packed: Packed, rows: number): Generator<Row> {
  let run = 0
  const columns = types.map((type) => {
    const first = run
    run += type.runs
    return type.unpack(packed.slice(first, run))
  })
  for (let row = 0; row < rows; row++) yield columns.map((next) => next())
}
