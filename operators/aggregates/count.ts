import { type Aggregate, madeOf } from './definition.ts'
import { filtered } from './filtered.ts'

/**
 * How many values there are.
 *
 * @example
 * aggregate('totals', { orders: count() })
 */
export function count(): Aggregate<unknown, number, number> {
  return madeOf({
    kind: 'count',
    create: () => 0,
    add: (counted: number) => counted + 1,
    remove: (counted) => counted - 1,
    merge: (a, b) => a + b,
    result: (counted) => counted,
  })
}

/**
 * How many values a condition holds for.
 *
 * @example
 * countIf((order: { cents: number }) => order.cents >= 100_000)
 */
export function countIf<T>(predicate: (value: T) => boolean): Aggregate<T, number, number> {
  return filtered(count(), predicate)
}
