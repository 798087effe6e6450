import type { Aggregate } from './definition.ts'
import { multiset } from './multiset.ts'
import type { Scalar } from './scalar.ts'

/**
 * How many different strings, numbers or bigints there are. Exact, so it keeps each of them; for very many see
 * `approximateCountDistinct`.
 *
 * @example
 * countDistinct((bid: { bidder: number }) => bid.bidder)
 */
export function countDistinct<T>(of: (value: T) => Scalar): Aggregate<T, number, number> {
  return multiset('countDistinct', of, (times) => times.size)
}
