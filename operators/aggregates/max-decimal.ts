import { compareDecimals, plainDecimal } from './decimal.ts'
import type { Aggregate } from './definition.ts'
import { extreme } from './extreme.ts'

/**
 * The greatest of a decimal of each value, given and told as text such as `'12.345'`; zeros at the end of the fraction are
 * not told. (`max` would go by the texts, to which `'9'` is more than `'10'`.) For the value that has it see `argMax` with
 * {@link decimalUnits}.
 *
 * @example
 * maxDecimal((order: { amount: string }) => order.amount)
 */
export function maxDecimal<T>(of: (value: T) => string): Aggregate<T, string, undefined> {
  return extreme('maxDecimal', -1, (value: T) => plainDecimal(of(value), 'maxDecimal'), compareDecimals)
}
