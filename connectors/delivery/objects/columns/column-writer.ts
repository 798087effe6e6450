import { InvalidRow, shown } from '../format.ts'

/** Takes the values of a column, row by row, into memory that grows. */
export interface ColumnWriter {
  /**
   * Checks a value and takes it. Gives what it weighs, in bytes of Parquet's plain encoding.
   *
   * @throws InvalidRow if the column cannot hold it; then what was taken of it has to be truncated.
   */
  append(value: unknown): number
  /** Takes what stands in place of a value that is null. */
  appendNothing(): void
  /** Forgets all rows but the first so many. */
  truncate(rows: number): void
  /** Gives its runs away, in memory of their own, and begins anew in the old one. */
  take(): Uint8Array[]
}

/** @throws InvalidRow always. */
export function refuse(name: string, wanted: string, value: unknown): never {
  throw new InvalidRow(`column ${name} takes ${wanted}, not ${shown(value)}`)
}
