import type { Aggregate } from './definition.ts'
import { spreadOf } from './moments.ts'

/**
 * The standard deviation of a number of each value: the root of their `variance`.
 *
 * @example
 * standardDeviation((reading: { celsius: number }) => reading.celsius)
 */
export function standardDeviation<T>(of: (value: T) => number): Aggregate<T, number, undefined> {
  return spreadOf('standardDeviation', of, (counted, spread) => Math.sqrt(spread) / counted)
}
