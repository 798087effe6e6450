import type { SourceContext } from '../../src/contract/source.ts'
import type { ReadUntil } from './enumerator-snapshot.ts'
import type { HashRange } from './hash-range.ts'
import type { KinesisApi, ListedShard, StoredRecord } from './kinesis-api.ts'
import type { Aggregation } from './kpl/aggregation.ts'
import type { StreamPlace } from './service-error.ts'
import type { ShardPace } from './shard-pace.ts'
import type { IteratorStart } from './starting-position.ts'

/** What the readers of one source share. */
export interface Reading<T> {
  readonly api: KinesisApi
  /** Throws for a record that it refuses. */
  readonly decode: (record: StoredRecord) => T
  readonly aggregation: Aggregation
  /** So many records a fetch brings at most. */
  readonly recordsPerFetch: number
  readonly context: SourceContext
  readonly place: StreamPlace
  /** How long a record stays in the stream. May change while the job runs. */
  retentionMs(): number
  /** Whether records are in the shards of their hash keys. May change too. */
  placedByHashKey(): boolean
}

/** What a reader is told of its shard. */
export interface ShardToRead {
  readonly id: string
  readonly range: HashRange
  /** Where to begin if nothing was read yet. */
  readonly beginning: IteratorStart
  readonly pace: ShardPace
  /** What was noted when `position` was the last record read, if anything was. */
  readonly noted: ReadUntil | undefined
  /** Whether it is known to have ended: its children are. It is then never quiet, only not read to its end yet. */
  hasEnded(): boolean
  /**
   * Asked when the service says that the shard has ended: what of its hash range no other shard takes over. The service
   * may name the ones that do.
   */
  holeAfter(children: readonly ListedShard[]): Promise<HashRange | undefined>
}
