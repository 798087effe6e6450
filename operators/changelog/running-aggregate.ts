import type { Change } from '../../src/contract/change.ts'
import type { Key } from '../../src/state/key.ts'
import type { GroupedStream, KeyedStream, Step, Stream } from '../../src/stream.ts'
import type { Aggregate } from '../aggregates/definition.ts'
import { givenAggregates } from '../aggregates/given-aggregates.ts'
import { retractable } from '../aggregates/retractable.ts'
import type { RunningOptions } from './running-options.ts'
import { checkRunning } from './running-options.ts'
import { runningRowsOn } from './running-rows.ts'

type Flat<T> = { [N in keyof T]: T[N] } & {}

/** A row of a running aggregate: its key, and each aggregate under its name. */
export type RunningRow<K, R> = Flat<{ key: K } & R>

/**
 * Aggregates all records of each key so far, without windows, and tells of each change: a row that is new, or is another
 * than before. Of a changelog (after `groupBy`) rows that are taken back are taken out of the aggregates again, and a row
 * of none is deleted; an aggregate that cannot take out keeps all rows for that. (As Flink SQL's `GROUP BY` with
 * mini-batches, and Kafka Streams' `aggregate`.)
 *
 * The last change of a key depends on the records alone. How many there are before depends on how records come, unless
 * every record is told of. Changes of a batch come in the order in which their keys first came in it; their event time
 * is the greatest that the key's records have had.
 *
 * @param name Keeps the rows in checkpoints: a checkpoint that has another name is refused.
 * @param aggregates By the names that they get in the row; `key` is taken.
 * @throws MillraceError `JOB_INVALID` for an aggregate named `key`, and for `first` or `last` of a changelog; while
 *   running `OPERATOR_FAILED` if a row is taken back that never came.
 * @example
 * const perCustomer = (orders: Stream<{ customer: string; cents: number }>) =>
 *   orders.pipe(
 *     keyBy((order) => order.customer),
 *     runningAggregate('per-customer', { orders: count(), cents: sum((order) => order.cents) }),
 *   )
 */
export function runningAggregate<
  K = Key,
  T = unknown,
  R extends Record<string, unknown> = Record<never, never>,
>(
  name: string,
  aggregates: { [N in keyof R]: Aggregate<T, R[N]> },
  options: RunningOptions = {},
): Step<KeyedStream<K, T> | GroupedStream<K, T>, Stream<Change<K, RunningRow<K, R>>>> {
  givenAggregates(aggregates, `the running aggregate "${name}"`, ['key'], 'every row')
  checkRunning(options, 'runningAggregate', name)
  return (upstream) => {
    const retracting = 'grouped' in upstream
    // From here on the types of records, keys and rows are the caller's promise: the operator is the same for all.
    const all = aggregates as unknown as Readonly<Record<string, Aggregate<unknown, unknown>>>
    const names = Object.keys(all)
    const members = Object.values(all).map((one) => (retracting ? retractable(one) : one))
    return runningRowsOn(retracting ? upstream.grouped : upstream, options, {
      verb: 'runningAggregate',
      name,
      rows: {
        aggregates: members,
        retracting,
        rowOf: (key, results) => rowOf(key, names, results),
        shape: names.map((one, index) => `${one} = ${members[index]!.kind}`).join(', '),
      },
    })
  }
}

function rowOf(key: Key, names: readonly string[], results: readonly unknown[]): unknown {
  const row: Record<string, unknown> = { key }
  for (let index = 0; index < names.length; index += 1) row[names[index]!] = results[index]
  return row
}
