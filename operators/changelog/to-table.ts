import type { Change } from '../../src/contract/change.ts'
import { givenFunction } from '../../src/graph/given-function.ts'
import type { Key } from '../../src/state/key.ts'
import type { KeyedStream, Step, Stream } from '../../src/stream.ts'
import type { TieOptions } from '../aggregates/by-time.ts'
import type { Aggregate } from '../aggregates/definition.ts'
import { last } from '../aggregates/last.ts'
import type { RunningOptions } from './running-options.ts'
import { checkRunning } from './running-options.ts'
import { runningRowsOn } from './running-rows.ts'

/** How records become rows. */
export interface TableOptions<T> extends RunningOptions, TieOptions<T> {
  /** Whether a record says that the row is gone. Default: none does. */
  readonly deletedIf?: (value: T) => boolean
}

/**
 * Keeps the newest record of each key, by event time, as a row, and tells of each change. A record that arrives after a
 * newer one of its key changes nothing. (As Flink's deduplication that keeps the last row, and Kafka Streams' `toTable`,
 * which goes by arrival.)
 *
 * @param name Keeps the rows in checkpoints: a checkpoint that has another name is refused.
 * @example
 * const customers = (profiles: Stream<{ id: string; city: string; closed: boolean }>) =>
 *   profiles.pipe(
 *     keyBy((profile) => profile.id),
 *     toTable('customers', { deletedIf: (profile) => profile.closed }),
 *   )
 */
export function toTable<K = Key, T = unknown>(
  name: string,
  options: TableOptions<NoInfer<T>> = {},
): Step<KeyedStream<K, T>, Stream<Change<K, T>>> {
  checkRunning(options, 'toTable', name)
  const { deletedIf = () => false, tie } = options
  givenFunction(deletedIf, 'toTable', `deletedIf of "${name}"`)
  if (tie !== undefined) givenFunction(tie, 'toTable', `tie of "${name}"`)
  const newest = last((value: T) => value, tie === undefined ? {} : { tie }) as Aggregate<unknown, unknown>
  return (keyed) =>
    runningRowsOn(keyed, options, {
      verb: 'toTable',
      name,
      rows: {
        aggregates: [newest],
        retracting: false,
        rowOf: (_key, [value]) => (deletedIf(value as T) ? undefined : value),
        shape: 'newest',
      },
    })
}
