import type { SourceContext } from '../../src/contract/source.ts'
import type { ReadUntil } from './enumerator-snapshot.ts'
import type { HashRange } from './hash-range.ts'
import type { KinesisApi, ListedShard } from './kinesis-api.ts'
import type { Aggregation } from './kpl/aggregation.ts'
import type { SeenRecords } from './seen-records.ts'
import type { StreamPlace } from './service-error.ts'
import type { ShardPace } from './shard-pace.ts'
import type { IteratorStart } from './starting-position.ts'
import type { RecordDecoder } from './whole-record.ts'

/** What the readers of one source share. */
export interface Reading<T> {
  readonly api: KinesisApi
  /** Throws for a record that it refuses. */
  readonly decode: RecordDecoder<T>
  readonly aggregation: Aggregation
  /** So many records a fetch brings at most. */
  readonly recordsPerFetch: number
  readonly context: SourceContext
  readonly place: StreamPlace
  /** How long a record stays in the stream. May change while the job runs. */
  retentionMs(): number
  /** Whether what follows a record of a shard, or its beginning, never expires. Default: never. */
  keeps?(shard: string, after: string | undefined): boolean
  /** Whether records are in the shards of their hash keys. May change too. */
  placedByHashKey(): boolean
  /** What was handed over, of all shards; `undefined` if repeats are handed over as well. */
  readonly seen: SeenRecords | undefined
}

/** Records of a shard that may have expired unread. */
export interface Unread {
  /** The last record that was read, in the words of positions; `undefined` if none was. */
  readonly after: string | undefined
  /** All that arrived before was read; `undefined` if that is not known. */
  readonly from: number | undefined
  /** Nothing that arrived later has expired. */
  readonly until: number
}

/** What a reader is told of its shard. */
export interface ShardToRead {
  readonly id: string
  readonly parents: readonly string[]
  readonly range: HashRange
  /** Where to begin if nothing was read yet. */
  readonly beginning: IteratorStart
  readonly pace: ShardPace
  /** What was noted when `position` was the last record read, if anything was. */
  readonly noted: ReadUntil | undefined
  /** Up to which arrival time all had been read when `position` was the last record, if that is known. */
  readonly readUntil: number | undefined
  /** Whether it is known to have ended: its children are. It is then never quiet, only not read to its end yet. */
  hasEnded(): boolean
  /**
   * Asked when the service says that the shard has ended: what of its hash range no other shard takes over. The service
   * may name the ones that do.
   */
  holeAfter(children: readonly ListedShard[]): Promise<HashRange | undefined>
  /** Told when records may have expired unread. Throws `DATA_LOST`, unless the job is to go on without them. */
  lost(unread: Unread): void
  /**
   * Told when the service does not know the shard any more. Rejects with `DATA_LOST`, unless the job is to go on
   * without the rest of the shard: once this resolves, the shard counts as read to its end.
   */
  expired(unread: Unread): Promise<void>
}
