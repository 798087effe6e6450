import parquetTypes from 'parquetjs-lite/gen-nodejs/parquet_types.js'
import type { Cell, ParquetjsType } from './parquetjs-column.ts'

/** Longer values are left out of statistics, which every reader of the file has to load. */
const longestBytes = 256

/**
 * The smallest and the largest cell of a column chunk, by which readers skip what cannot match. parquetjs-lite would
 * order text by UTF-16 units where Parquet orders it by bytes, and a reader that trusts the result misses rows; so
 * statistics are made here. `undefined` where there had better be none, as beside NaN.
 */
export function statisticsOf(type: ParquetjsType, cells: readonly Cell[]): object | undefined {
  const range = type.name === 'UTF8' ? textRange(cells as string[]) : rangeOf(cells)
  if (range === undefined) return undefined
  const [min_value, max_value] = range.map(type.plain)
  if (min_value === undefined || max_value === undefined) return undefined
  if (Math.max(min_value.length, max_value.length) > longestBytes) return undefined
  return new parquetTypes.Statistics({ min_value, max_value, null_count: 0 })
}

function rangeOf(cells: readonly Cell[]): [Cell, Cell] | undefined {
  let [smallest] = cells
  let [largest] = cells
  if (smallest === undefined || largest === undefined) return undefined
  for (const cell of cells) {
    if (Number.isNaN(cell)) return undefined
    if (cell < smallest) smallest = cell
    if (cell > largest) largest = cell
  }
  return [signed(smallest, -0), signed(largest, 0)]
}

/** Zeros of both signs are equal, so Parquet wants the range to reach from the negative to the positive one. */
function signed(cell: Cell, zero: number): Cell {
  return cell === 0 ? zero : cell
}

function textRange(cells: readonly string[]): [string, string] | undefined {
  let [smallest] = cells
  let [largest] = cells
  if (smallest === undefined || largest === undefined) return undefined
  for (const cell of cells) {
    if (isBefore(cell, smallest)) smallest = cell
    if (isBefore(largest, cell)) largest = cell
  }
  return [smallest, largest]
}

/** Order by code points, which is the order of UTF-8 bytes. */
function isBefore(left: string, right: string): boolean {
  const length = Math.min(left.length, right.length)
  for (let unit = 0; unit < length; unit++) {
    const [a, b] = [left.charCodeAt(unit), right.charCodeAt(unit)]
    if (a !== b) return raised(a) < raised(b)
  }
  return left.length < right.length
}

/** Surrogates stand for code points above all others: they are lifted above the units that follow theirs. */
function raised(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
