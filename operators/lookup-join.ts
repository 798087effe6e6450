import { givenFunction } from '../src/graph/given-function.ts'
import type { Key } from '../src/state/key.ts'
import type { Step, Stream } from '../src/stream.ts'
import type { BroadcastStream } from './broadcast.ts'
import { type BroadcastOptions, broadcastOn, checkBroadcast } from './joins/broadcast-step.ts'
import type { Broadcasting } from './joins/broadcast-table.ts'
import { type Combine, givenLookupKind, type LookupKind, type Partner } from './joins/pairing.ts'

/** Where a record looks, and which records give a result. */
export interface LookupJoinOptions<T, K, J extends LookupKind = LookupKind> extends BroadcastOptions<T> {
  /** Under which key of the table. `undefined` finds nothing. */
  readonly by: (record: T) => K | undefined
  /** `left` also gives records that find nothing, with `undefined` in its place. Default `'inner'`. */
  readonly kind?: J
}

/**
 * Joins each record with what stands in a table under its key. As {@link connectBroadcast}, for the case that one entry
 * is looked up: by default a record sees the table of its own event time.
 *
 * Neither stream is partitioned for it, so use it for a table that fits into the memory of every worker; for a large
 * one see {@link temporalJoin}.
 *
 * @param name Keeps the table and what waits in checkpoints.
 * @throws MillraceError while running, `RECORD_LATE` for a record or an update behind the watermark, unless `late` names
 *   an output for it; `KEY_INVALID` for an update whose key is none.
 * @example
 * const located = (
 *   readings: Stream<{ sensor: string; value: number }>,
 *   places: BroadcastStream<string, { sensor: string; place: string }>,
 * ) =>
 *   readings.pipe(
 *     lookupJoin('places', places, { by: (reading) => reading.sensor }, ({ value }, { place }) => ({ place, value })),
 *   )
 */
export function lookupJoin<T = unknown, K = Key, V = unknown, Out = unknown, J extends LookupKind = 'inner'>(
  name: string,
  table: BroadcastStream<K, V>,
  options: LookupJoinOptions<NoInfer<T>, NoInfer<K>, J>,
  combine: (record: NoInfer<T>, found: Partner<J, NoInfer<V>>) => Out,
): Step<Stream<T>, Stream<Out>> {
  checkBroadcast('lookupJoin', name, table, options)
  const by = givenFunction(options.by, 'lookupJoin', `by of "${name}"`)
  const inner = givenLookupKind(options.kind, `lookupJoin(…): kind of "${name}"`) === 'inner'
  givenFunction(combine, 'lookupJoin', `combine of "${name}"`)
  // From here on the types of records, keys and values are the caller's promise.
  const [keyOf, join] = [by as (row: unknown) => Key, combine as Combine]
  const onRow: Broadcasting['onRow'] = (row, entries, results) => {
    const found = entries.get(keyOf(row))
    if (found !== undefined || !inner) results.push(join(row, found))
  }
  return (upstream) => broadcastOn<Out>('lookupJoin', name, upstream, table, options, onRow)
}
