import type { Aggregate } from './definition.ts'
import { extreme } from './extreme.ts'
import type { Scalar } from './scalar.ts'

/**
 * The greatest of a number, bigint or string of each value. Strings go by their UTF-16 code units, so that a time such as
 * `'09:30'` goes by the clock. For the value that has it see `argMax`.
 *
 * @example
 * max((order: { cents: number }) => order.cents)
 */
export function max<T, V extends Scalar>(of: (value: T) => V): Aggregate<T, V, undefined> {
  return extreme('max', -1, of)
}
