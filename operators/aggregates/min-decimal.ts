import { compareDecimals, plainDecimal } from './decimal.ts'
import type { Aggregate } from './definition.ts'
import { extreme } from './extreme.ts'

/**
 * The least of a decimal of each value, given and told as text such as `'12.345'`; zeros at the end of the fraction are
 * not told. (`min` would go by the texts, to which `'9'` is more than `'10'`.) For the value that has it see `argMin` with
 * {@link decimalUnits}.
 *
 * @example
 * minDecimal((order: { amount: string }) => order.amount)
 */
export function minDecimal<T>(of: (value: T) => string): Aggregate<T, string, undefined> {
  return extreme('minDecimal', 1, (value: T) => plainDecimal(of(value), 'minDecimal'), compareDecimals)
}
