import type { Aggregate } from './definition.ts'
import { spreadOf } from './moments.ts'

/**
 * The variance of what the values are a sample of (SQL's `VAR_SAMP`); `undefined` for a single value. Exact as
 * `variance`.
 *
 * @example
 * sampleVariance((reading: { celsius: number }) => reading.celsius)
 */
export function sampleVariance<T>(of: (value: T) => number): Aggregate<T, number | undefined, undefined> {
  return spreadOf('sampleVariance', of, (counted, spread) =>
    counted === 1 ? undefined : spread / counted / (counted - 1),
  )
}
