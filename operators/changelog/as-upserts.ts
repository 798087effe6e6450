import type { Change } from '../../src/contract/change.ts'
import { operatorStep } from '../../src/graph/operator-step.ts'
import type { Step, Stream } from '../../src/stream.ts'

/** What a key is from now on: a row, or nothing. */
export interface Upsert<out K, out V> {
  readonly key: K
  /** `null` if the row is gone. */
  readonly value: V | null
}

/**
 * Makes of a changelog what a store takes that is written by key: the newest row, or `null` for one that is gone. (As
 * the records of a Kafka Streams `KTable`.)
 *
 * @example
 * const newest = (totals: Stream<Change<string, { cents: number }>>) =>
 *   totals.pipe(asUpserts(), map(({ key, value }) => ({ customer: key, cents: value?.cents ?? 0 })))
 */
export function asUpserts<K, V>(): Step<Stream<Change<K, V>>, Stream<Upsert<K, V>>> {
  return operatorStep<Change<K, V>, Upsert<K, V>>({
    verb: 'asUpserts',
    create: ({ emit }) => ({
      process: (change, timestamp) =>
        emit({ key: change.key, value: change.op === 'delete' ? null : change.value }, timestamp),
    }),
  })
}
