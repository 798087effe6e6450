import type { Column, Columns } from '../columns/column.ts'
import { lengthsOf, widthOf } from '../columns/runs.ts'
import type { Batch, Packed } from '../format.ts'

/** What the values of a row group say of how they are best written. */
export interface ColumnFacts {
  /** Columns in which few texts come again and again. */
  readonly repetitive: readonly string[]
  /** Columns with NaN. Parquet's statistics leave it out, and a reader that takes it for the largest number misses rows. */
  readonly withNaN: readonly string[]
  /** Whether a column within another has NaN. */
  readonly nestedNaN: boolean
}

/** So many texts are looked at. */
const sample = 1024

/** Follows from the rows alone. */
export function columnFacts(columns: Columns, { packed, rows }: Batch): ColumnFacts {
  const [repetitive, withNaN]: [string[], string[]] = [[], []]
  let nestedNaN = false
  const runs = [...packed]
  for (const [name, column] of Object.entries(columns)) {
    const [plain, own] = withoutOptional(column, runs.splice(0, runsOf(column)))
    const [values, lengths] = own
    if ((plain === 'string' || plain === 'binary') && isRepetitive(values, lengths, rows))
      repetitive.push(name)
    if (plain === 'float' || plain === 'double') {
      if (hasNaN(plain, values)) withNaN.push(name)
    } else nestedNaN ||= hasNestedNaN(plain, own)
  }
  return { repetitive, withNaN, nestedNaN }
}

function withoutOptional(column: Column, runs: Packed): [column: Column, runs: Packed] {
  if (typeof column === 'object' && column.kind === 'optional') return [column.of, runs.slice(1)]
  return [column, runs]
}

/** The columns within a column, without one that is there only to say what is null. */
function within(column: Column): readonly Column[] {
  if (typeof column === 'string') return []
  if (column.kind === 'optional' || column.kind === 'list') return [column.of]
  if (column.kind === 'map') return [column.key, column.value]
  return column.kind === 'struct' ? Object.values(column.fields) : []
}

function runsOf(column: Column): number {
  if (widthOf(column) !== undefined) return 1
  if (typeof column === 'string') return 2
  const own = column.kind === 'struct' ? 0 : 1
  return within(column).reduce((sum, inner) => sum + runsOf(inner), own)
}

function hasNestedNaN(column: Column, runs: Packed): boolean {
  if (column === 'float' || column === 'double') return hasNaN(column, runs[0])
  const own = typeof column === 'object' && column.kind !== 'struct' ? 1 : 0
  const rest = runs.slice(own)
  return within(column).some((inner) => hasNestedNaN(inner, rest.splice(0, runsOf(inner))))
}

function hasNaN(column: 'float' | 'double', run: Uint8Array = new Uint8Array()): boolean {
  const values =
    column === 'float'
      ? new Float32Array(run.buffer, run.byteOffset, run.byteLength >> 2)
      : new Float64Array(run.buffer, run.byteOffset, run.byteLength >> 3)
  for (let row = 0; row < values.length; row++) if (Number.isNaN(values[row])) return true
  return false
}

function isRepetitive(
  bytes: Uint8Array = new Uint8Array(),
  lengthRun: Uint8Array = bytes,
  rows: number,
): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const lengths = lengthsOf(lengthRun)
  const seen = new Set<string>()
  const looked = Math.min(rows, sample)
  let start = 0
  for (let row = 0; row < looked; row++) {
    const end = start + (lengths[row] as number)
    seen.add(buffer.toString('latin1', start, end))
    start = end
  }
  return seen.size * 2 <= looked
}
