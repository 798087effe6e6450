import type { Structure } from '../protocol/wire.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { RoutedRecord } from '../streams/put-batch.ts'
import type { Refused } from '../streams/put-outcome.ts'
import type { Shard } from '../streams/shard.ts'

/** What goes wrong inside operations when somebody wants it to. They ask where it could. */
export interface Disturbance {
  /** The records of a PutRecords that are not stored, and what is said of each; `undefined` for none. */
  refused(
    stream: LocalStream,
    records: readonly RoutedRecord[],
  ): ReadonlyMap<RoutedRecord, Refused> | undefined
  /** Those of the shards that a list shows. */
  listed(operation: string, stream: LocalStream, shards: readonly Shard[], now: number): readonly Shard[]
  /** Those of its children that the end of a shard names. */
  announced(
    operation: string,
    stream: LocalStream,
    shard: Shard,
    children: readonly Structure[],
  ): readonly Structure[]
}
