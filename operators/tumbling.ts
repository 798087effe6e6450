import { MillraceError } from '../src/errors.ts'
import type { TimeWindow, WindowAssigner } from '../src/stream.ts'
import { type Duration, milliseconds } from '../src/units.ts'

/**
 * Windows of one size, side by side, aligned to 1970-01-01T00:00Z: `'1d'` is a day in UTC.
 *
 * @throws MillraceError `JOB_INVALID` if the size is not a whole number of milliseconds of at least 1.
 * @example
 * tumbling('1m').window(tumbling('1m').startOf(61_000)) // { start: 60_000, end: 120_000 }
 */
export function tumbling(size: Duration): WindowAssigner<TimeWindow> {
  const sizeMs = milliseconds(size)
  if (!Number.isInteger(sizeMs) || sizeMs < 1) {
    throw new MillraceError(
      'JOB_INVALID',
      `tumbling('${size}') is not a whole number of milliseconds of at least 1`,
    )
  }
  return {
    name: `tumbling ${size}`,
    startOf: (timestamp) => Math.floor(timestamp / sizeMs) * sizeMs,
    endOf: (start) => start + sizeMs,
    window: (start) => ({ start, end: start + sizeMs }),
  }
}
