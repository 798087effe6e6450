import type { Change } from '../../src/contract/change.ts'
import { givenFunction } from '../../src/graph/given-function.ts'
import type { Key } from '../../src/state/key.ts'
import { type GroupedStream, pipeable, type Step, type Stream } from '../../src/stream.ts'
import { keyBy } from '../key-by.ts'
import { asRetractions, type Retraction } from './as-retractions.ts'

/**
 * Puts the rows of a changelog together by a key of theirs, for a `runningAggregate` over them: a row that changes is
 * taken out of its group and put in again, maybe into another. (As Kafka Streams' `KTable.groupBy`.)
 *
 * @param keySelector Gives a string, a finite number or a bigint, always the same one for the same row.
 * @example
 * const perCity = (customers: Stream<Change<string, { city: string; cents: number }>>) =>
 *   customers.pipe(
 *     groupBy((customer) => customer.city),
 *     runningAggregate('per-city', { customers: count(), mean: average((customer) => customer.cents) }),
 *   )
 */
export function groupBy<V, K extends Key>(
  keySelector: (row: V) => K,
): Step<Stream<Change<unknown, V>>, GroupedStream<K, V>> {
  givenFunction(keySelector, 'groupBy')
  return (changes) => {
    const retractions = asRetractions<unknown, V>()(changes)
    return pipeable({
      grouped: keyBy(({ value }: Retraction<unknown, V>) => keySelector(value))(retractions),
    })
  }
}
