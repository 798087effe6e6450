import { givenFunction } from '../../src/graph/given-function.ts'
import { type Decimal, decimal, decimalSum, decimalText } from './decimal.ts'
import { type Aggregate, madeOf } from './definition.ts'

/**
 * The sum of a decimal of each value, given and told as text such as `'12.345'`, so that nothing is lost between JSON,
 * the job and its sink. Exact; zeros at the end of the fraction are not told.
 *
 * @example
 * sumDecimal((order: { amount: string }) => order.amount)
 */
export function sumDecimal<T>(of: (value: T) => string): Aggregate<T, string, string> {
  givenFunction(of, 'sumDecimal')
  return madeOf<T, Decimal, string>({
    kind: 'sumDecimal',
    create: () => ({ units: 0n, scale: 0 }),
    add: (total, value) => decimalSum(total, decimal(of(value), 'sumDecimal')),
    remove: (total, value) => decimalSum(total, decimal(of(value), 'sumDecimal'), -1n),
    merge: (a, b) => decimalSum(a, b),
    result: decimalText,
  })
}
