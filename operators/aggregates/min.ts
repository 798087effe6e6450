import type { Aggregate } from './definition.ts'
import { extreme } from './extreme.ts'
import type { Scalar } from './scalar.ts'

/**
 * The least of a number, bigint or string of each value. Strings go by their UTF-16 code units, so that a time such as
 * `'09:30'` goes by the clock. For the value that has it see `argMin`.
 *
 * @example
 * min((order: { cents: number }) => order.cents)
 */
export function min<T, V extends Scalar>(of: (value: T) => V): Aggregate<T, V, undefined> {
  return extreme('min', 1, of)
}
