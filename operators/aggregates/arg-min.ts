import type { Aggregate } from './definition.ts'
import type { Rank } from './scalar.ts'
import { topOf } from './top-k.ts'

/**
 * The value of the lowest rank. A rank may have several parts, of which the first that differs counts. Where ranks are
 * equal, an order of the values decides that is always the same.
 *
 * @example
 * argMin((bid: { price: number; dateTime: number }) => [bid.price, bid.dateTime])
 */
export function argMin<T>(by: (value: T) => Rank): Aggregate<T, T, undefined> {
  return topOf(
    'argMin',
    1,
    -1,
    by,
    ([best]) => best?.[1] as T,
    () => undefined,
  )
}
