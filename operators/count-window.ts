import { MillraceError } from '../src/errors.ts'
import type { CountWindows } from '../src/stream.ts'

/** A window of records: from number `from` of its key, counted from 0, up to, but without, number `to`. */
export interface CountWindow {
  readonly from: number
  readonly to: number
}

/**
 * Windows of the last so many records of a key, one every `slide` records. The first windows of a key, before there are `size`
 * records, hold fewer; those at the end of the input that are not full give nothing. Records count in the order of
 * arrival, whatever their time. A slide that is greater than the size leaves gaps: what falls into one is counted as
 * `between-windows`. (As Flink's `countWindow`.)
 *
 * @param slide Default `size`: each record is in one window.
 * @throws MillraceError `JOB_INVALID` if a number is not whole and at least 1.
 * @example
 * countWindow(100, 10).name // 'count 100 every 10, in order of arrival'
 */
export function countWindow(size: number, slide = size): CountWindows<CountWindow> {
  const what = `countWindow(${size}, ${slide})`
  if (![size, slide].every((number) => Number.isSafeInteger(number) && number >= 1)) {
    throw new MillraceError('JOB_INVALID', `${what} takes whole numbers of at least 1`)
  }
  return {
    kind: 'count',
    name: `count ${size} every ${slide}, in order of arrival`,
    size,
    slide,
    window: (from, to) => ({ from, to }),
  }
}
