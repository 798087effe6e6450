import type { Structure } from '../protocol/wire.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { RoutedRecord } from '../streams/put-batch.ts'
import type { Refused } from '../streams/put-outcome.ts'
import type { Shard } from '../streams/shard.ts'

/** What goes wrong inside an operation, because somebody wants it to. An operation asks where it could. */
export interface Disturbance {
  /** The records of a put that are not stored, and what is said of each. */
  refused(stream: LocalStream, records: readonly RoutedRecord[]): ReadonlyMap<RoutedRecord, Refused>
  /** Those of the shards that a list shows. */
  listed(stream: LocalStream, shards: readonly Shard[]): readonly Shard[]
  /** Those of its children that the end of a shard names. */
  announced(stream: LocalStream, shard: Shard, children: readonly Structure[]): readonly Structure[]
}
