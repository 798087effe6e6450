import type { Step, Stream } from '../src/stream.ts'
import { splitBy } from './split-by.ts'

/**
 * Two streams of one: the records that pass, and the others. A predicate that narrows the type narrows both.
 *
 * @example
 * const bySign = (numbers: Stream<number>) => {
 *   const [negative, others] = numbers.pipe(partition((n) => n < 0))
 *   return { negative, others }
 * }
 */
export function partition<T, U extends T>(
  predicate: (value: T) => value is U,
): Step<Stream<T>, readonly [Stream<U>, Stream<Exclude<T, U>>]>
export function partition<T>(
  predicate: (value: T) => boolean,
): Step<Stream<T>, readonly [Stream<T>, Stream<T>]>
export function partition<T>(
  predicate: (value: T) => boolean,
): Step<Stream<T>, readonly [Stream<T>, Stream<T>]> {
  return (upstream) => {
    const { passing, rest } = upstream.pipe(splitBy({ passing: predicate }))
    return [passing, rest]
  }
}
