import { givenFunction } from '../src/graph/given-function.ts'
import type { Key } from '../src/state/key.ts'
import type { Step, Stream } from '../src/stream.ts'
import type { BroadcastStream } from './broadcast.ts'
import { type BroadcastOptions, broadcastOn, checkBroadcast } from './joins/broadcast-step.ts'
import type { Broadcasting } from './joins/broadcast-table.ts'

/**
 * Lets each record look into a table that another stream keeps up to date, such as the rules that are in force. By
 * default the two are put in the order of event time, so that the result is always the same; of a record and an update
 * of one time the update comes first. (As Flink's broadcast state pattern, where a record sees what happens to be
 * there: `waitFor: 'nothing'` here. With state and timers of each key see {@link processBroadcast}.)
 *
 * @param name Keeps the table and what waits in checkpoints.
 * @param resultsOf May be a generator. The table is the operator's own: keep nothing of it.
 * @throws MillraceError while running, `RECORD_LATE` for a record or an update behind the watermark, unless `late` names
 *   an output for it; `KEY_INVALID` for an update whose key is none.
 * @example
 * const alarms = (
 *   readings: Stream<{ sensor: string; value: number }>,
 *   limits: BroadcastStream<string, { sensor: string; limit: number }>,
 * ) =>
 *   readings.pipe(
 *     connectBroadcast('alarms', limits, {}, (reading, limits) =>
 *       reading.value > (limits.get(reading.sensor)?.limit ?? Infinity) ? [reading] : [],
 *     ),
 *   )
 */
export function connectBroadcast<T = unknown, K = Key, V = unknown, Out = unknown>(
  name: string,
  table: BroadcastStream<K, V>,
  options: BroadcastOptions<NoInfer<T>>,
  resultsOf: (record: NoInfer<T>, table: ReadonlyMap<NoInfer<K>, NoInfer<V>>) => Iterable<Out>,
): Step<Stream<T>, Stream<Out>> {
  checkBroadcast('connectBroadcast', name, table, options)
  givenFunction(resultsOf, 'connectBroadcast', `the function of "${name}"`)
  // From here on the types of records, keys and values are the caller's promise.
  const results = resultsOf as unknown as (
    row: unknown,
    table: ReadonlyMap<Key, unknown>,
  ) => Iterable<unknown>
  const onRow: Broadcasting['onRow'] = (row, entries, collected) => {
    for (const result of results(row, entries)) collected.push(result)
  }
  return (upstream) => broadcastOn<Out>('connectBroadcast', name, upstream, table, options, onRow)
}
