import type { Aggregate } from './definition.ts'
import { multiset } from './multiset.ts'
import { compareScalars, type Scalar } from './scalar.ts'

/**
 * The different strings, numbers or bigints, in their order.
 *
 * @example
 * distinct((bid: { channel: string }) => bid.channel)
 */
export function distinct<T, V extends Scalar>(of: (value: T) => V): Aggregate<T, V[], V[]> {
  return multiset('distinct', of, (times) => [...times.keys()].sort(compareScalars))
}
