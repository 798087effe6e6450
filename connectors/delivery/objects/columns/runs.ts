import type { Batch, Packed } from '../format.ts'
import type { Column, Columns, PlainColumn } from './column.ts'

/*
 * The runs of a column, one after the other:
 *
 *   fixed width     the values, little-endian; booleans and int8 take a byte, decimals 16, times and dates an integer
 *   string, binary  the bytes of all rows, and the length of each (uint32)
 *   optional        a byte a row, 1 if it is not null, and the runs of the column, with 0 or nothing in place of null
 *   list            the length of each row (uint32), and the runs of the items
 *   map             the length of each row (uint32), and the runs of the keys and of the values
 *   struct          the runs of the fields
 */

const plainWidths: Readonly<Record<Exclude<PlainColumn, 'string' | 'binary'>, number>> = {
  boolean: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float: 4,
  double: 8,
  date: 4,
  timestamp: 8,
}

/** The bytes of a value of a column of fixed width; `undefined` of another column. */
export function widthOf(column: Column): number | undefined {
  if (column === 'string' || column === 'binary') return undefined
  if (typeof column === 'string') return plainWidths[column]
  if (column.kind === 'fixed') return column.sizeBytes
  if (column.kind === 'decimal') return 16
  return column.kind === 'timestamp' ? 8 : undefined
}

/** The runs of a column's children after its own, with how many rows they have for the first so many of its rows. */
export function lengthsOf(run: Uint8Array): Uint32Array {
  return new Uint32Array(run.buffer, run.byteOffset, run.byteLength >> 2)
}

/** How many bytes of each run the first so many rows take. */
function sizesOf(columns: Columns, { packed }: Batch, rows: number): number[] {
  const sizes: number[] = []
  for (const column of Object.values(columns)) addSizes(column, packed, rows, sizes)
  return sizes
}

function addSizes(column: Column, packed: Packed, rows: number, sizes: number[]): void {
  const width = widthOf(column)
  if (width !== undefined) sizes.push(width * rows)
  else if (typeof column === 'string') {
    sizes.push(sumOf(packed[sizes.length + 1], rows), 4 * rows)
  } else if (column.kind === 'optional') {
    sizes.push(rows)
    addSizes(column.of, packed, rows, sizes)
  } else if (column.kind === 'struct') {
    for (const field of Object.values(column.fields)) addSizes(field, packed, rows, sizes)
  } else {
    const items = sumOf(packed[sizes.length], rows)
    sizes.push(4 * rows)
    if (column.kind === 'list') addSizes(column.of, packed, items, sizes)
    else if (column.kind === 'map') {
      addSizes(column.key, packed, items, sizes)
      addSizes(column.value, packed, items, sizes)
    }
  }
}

function sumOf(run: Uint8Array | undefined, rows: number): number {
  const lengths = lengthsOf(run as Uint8Array)
  let sum = 0
  for (let row = 0; row < rows; row++) sum += lengths[row] as number
  return sum
}

/** The bytes of the first so many rows. */
export function sizeOf(columns: Columns, batch: Batch, rows: number): number {
  return sizesOf(columns, batch, rows).reduce((sum, size) => sum + size, 0)
}

/** The first so many rows, and the rest, as views. */
export function cut(columns: Columns, batch: Batch, rows: number): [first: Batch, rest: Batch] {
  const sizes = sizesOf(columns, batch, rows)
  const head = batch.packed.map((run, index) => run.subarray(0, sizes[index]))
  const tail = batch.packed.map((run, index) => run.subarray(sizes[index]))
  return [
    { packed: head, rows },
    { packed: tail, rows: batch.rows - rows },
  ]
}

/** All rows together. Every run begins in memory where any kind of array may lie. */
export function joined(batches: readonly Batch[]): Batch {
  const [only] = batches
  if (only !== undefined && batches.length === 1 && only.packed.every(isAligned)) return only
  const packed = (only?.packed ?? []).map((_, index) =>
    concatenated(batches.map(({ packed: runs }) => runs[index] as Uint8Array)),
  )
  return { packed, rows: batches.reduce((sum, { rows }) => sum + rows, 0) }
}

function concatenated(runs: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(runs.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const run of runs) {
    all.set(run, at)
    at += run.length
  }
  return all
}

function isAligned(run: Uint8Array): boolean {
  return run.byteOffset % 16 === 0
}
