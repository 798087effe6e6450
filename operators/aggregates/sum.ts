import { givenFunction } from '../../src/graph/given-function.ts'
import { type Aggregate, madeOf } from './definition.ts'
import { type ExactSum, merged, nearest, plus } from './exact-sum.ts'

/**
 * The sum of a number of each value, which must be finite. It is summed without error and rounded once, so that the
 * order of the values does not show. For whole numbers beyond 2^53 see `sumBigint`, for decimals `sumDecimal`.
 *
 * @example
 * sum((order: { cents: number }) => order.cents)
 */
export function sum<T>(of: (value: T) => number): Aggregate<T, number, number> {
  givenFunction(of, 'sum')
  return madeOf<T, ExactSum, number>({
    kind: 'sum',
    create: () => 0,
    add: (total, value) => plus(total, of(value), 'sum'),
    remove: (total, value) => plus(total, -of(value), 'sum'),
    merge: merged,
    result: nearest,
  })
}
