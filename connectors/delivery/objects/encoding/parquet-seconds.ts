import type { Column, Columns } from '../columns/column.ts'
import type { Batch } from '../format.ts'

/*
 * Parquet has no times in seconds: they are written in milliseconds.
 */

/** The columns as Parquet has them. */
export function parquetColumns(columns: Columns): Columns {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, inMillis(column)]))
}

function inMillis(column: Column): Column {
  if (typeof column === 'string') return column
  switch (column.kind) {
    case 'timestamp':
      return column.unit === 's' ? { ...column, unit: 'ms' } : column
    case 'optional':
    case 'list':
      return { ...column, of: inMillis(column.of) }
    case 'map':
      return { ...column, key: inMillis(column.key), value: inMillis(column.value) }
    case 'struct':
      return { ...column, fields: parquetColumns(column.fields) }
    default:
      return column
  }
}

/** The rows with times in seconds as milliseconds. */
export function parquetRuns(columns: Columns, batch: Batch): Batch {
  const inSeconds = Object.values(columns).flatMap(secondsIn)
  if (!inSeconds.includes(true)) return batch
  return {
    ...batch,
    packed: batch.packed.map((run, at) => (inSeconds[at] === true ? thousandfold(run) : run)),
  }
}

/** Of each run of a column, whether it is of times in seconds. */
function secondsIn(column: Column): boolean[] {
  if (typeof column === 'string') return column === 'string' || column === 'binary' ? [false, false] : [false]
  switch (column.kind) {
    case 'timestamp':
      return [column.unit === 's']
    case 'optional':
    case 'list':
      return [false, ...secondsIn(column.of)]
    case 'map':
      return [false, ...secondsIn(column.key), ...secondsIn(column.value)]
    case 'struct':
      return Object.values(column.fields).flatMap(secondsIn)
    default:
      return [false]
  }
}

function thousandfold(run: Uint8Array): Uint8Array {
  const seconds = new BigInt64Array(run.buffer, run.byteOffset, run.byteLength / 8)
  return new Uint8Array(BigInt64Array.from(seconds, (second) => second * 1000n).buffer)
}
