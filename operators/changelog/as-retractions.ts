import type { Change } from '../../src/contract/change.ts'
import { operatorStep } from '../../src/graph/operator-step.ts'
import type { Step, Stream } from '../../src/stream.ts'

/** A row that comes into a query's answer, or goes out of it. */
export interface Retraction<out K, out V> {
  readonly op: 'insert' | 'retract'
  readonly key: K
  readonly value: V
}

/**
 * Makes of a changelog one of rows that come and go: an `update` is the old row taken back, then the new one put in.
 * (As Flink's retract streams.)
 *
 * @example
 * const comeAndGo = (totals: Stream<Change<string, { cents: number }>>) =>
 *   totals.pipe(asRetractions(), map(({ op, value }) => ({ sign: op === 'insert' ? 1 : -1, ...value })))
 */
export function asRetractions<K, V>(): Step<Stream<Change<K, V>>, Stream<Retraction<K, V>>> {
  return operatorStep<Change<K, V>, Retraction<K, V>>({
    verb: 'asRetractions',
    create: ({ emit }) => ({
      process: (change, timestamp) => {
        if (change.op !== 'insert') emit({ op: 'retract', key: change.key, value: change.before }, timestamp)
        if (change.op !== 'delete') emit({ op: 'insert', key: change.key, value: change.value }, timestamp)
      },
    }),
  })
}
