import type { Aggregate } from './definition.ts'
import { spreadOf } from './moments.ts'

/**
 * The variance of a number of each value, all of them being all there are (SQL's `VAR_POP`). Summed without error: the
 * order of the values does not show, and large numbers with a small spread keep it.
 *
 * @example
 * variance((reading: { celsius: number }) => reading.celsius)
 */
export function variance<T>(of: (value: T) => number): Aggregate<T, number, undefined> {
  return spreadOf('variance', of, (counted, spread) => spread / counted / counted)
}
