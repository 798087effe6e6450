import { MillraceError } from '../../../../src/errors.ts'
import { bytes, type Size } from '../../../../src/units.ts'
import type { RowGroupLimits } from './row-groups.ts'

/** When a row group ends. */
export interface RowGroupOption {
  /** At so many rows. Default 131,072; with `parquetjs-lite` 32,768. */
  readonly rows?: number
  /** As soon as its rows would weigh more than this before compression. Default `'32MiB'`, at most `'256MiB'`; with
   * `parquetjs-lite` `'16MiB'`. */
  readonly size?: Size
}

const defaults = { rows: 131_072, size: '32MiB' } as const
/** What version 0.1 had, which wrote with parquetjs-lite. */
export const parquetjsDefaults = { rows: 32_768, size: '16MiB' } as const
const mostRows = 2 ** 24
const mostBytes = 2 ** 28

/** @throws MillraceError `OPTION_INVALID` for limits that are none. */
export function rowGroupLimits({
  rows = defaults.rows,
  size = defaults.size,
}: RowGroupOption = {}): RowGroupLimits {
  const sizeBytes = bytes(size)
  if (!Number.isInteger(rows) || rows < 1 || rows > mostRows)
    throw invalid(`rowGroup.rows is ${rows}; it must be a whole number from 1 to ${mostRows}`)
  if (sizeBytes < 1 || sizeBytes > mostBytes)
    throw invalid(`rowGroup.size is ${size}; it can be 256MiB at most`)
  return { rows, sizeBytes }
}

function invalid(message: string): MillraceError {
  return new MillraceError('OPTION_INVALID', message)
}
