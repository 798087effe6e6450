import type { HashRange } from './hash-range.ts'
import type { IteratorStart } from './starting-position.ts'

/** What the source needs to know of its stream. */
export interface StreamFacts {
  readonly arn: string
  /** In milliseconds since 1970. With the ARN it tells a stream from a later one of the same name. */
  readonly createdAt: number
  readonly status: string
  readonly retentionMs: number
  /** Whether a record goes to the shard of its hash key, or to any: Kinesis may place records as it sees fit. */
  readonly placedByHashKey: boolean
  /** The time that the service's clock showed; `undefined` if it did not say. */
  readonly serverTime: number | undefined
}

/** A shard as the service lists it. */
export interface ListedShard {
  readonly id: string
  /** None for a shard the stream began with, two after a merge. They may have expired and be listed no more. */
  readonly parents: readonly string[]
  readonly range: HashRange
  /** In milliseconds since 1970, where its sequence numbers tell. */
  readonly createdAt?: number | undefined
}

/** Which shards to list: all that are retained, those that are open, or those that were open at a time. */
export type ShardFilter = 'retained' | 'open' | { readonly openAt: number }

/** A record as it was stored, or a user record of an aggregated one. */
export interface StoredRecord {
  readonly sequenceNumber: string
  /** The place of a user record in its aggregated record, from 0; absent for a record that stands for itself. */
  readonly subSequence?: number
  /** Whether user records of the same aggregated record follow. */
  readonly more?: boolean
  /** In milliseconds since 1970. */
  readonly arrivalTime: number
  /** `undefined` if it was put without one. */
  readonly partitionKey: string | undefined
  readonly data: Uint8Array
}

/** Records in their order. An array of them is one; others make a record when it is asked for. */
export interface StoredRecords {
  readonly length: number
  /** `undefined` beyond the last one. */
  at(index: number): StoredRecord | undefined
}

/** What one GetRecords brought. */
export interface RecordsPage {
  readonly records: StoredRecords
  /** `undefined` only at the end of a closed shard. */
  readonly nextIterator: string | undefined
  readonly behindMs: number
  /** Given at the end of a closed shard. */
  readonly children: readonly ListedShard[]
  readonly sizeBytes: number
  readonly serverTime: number | undefined
}

/**
 * The part of Kinesis that reading needs. One call is one request: no retry, no pacing. Calls reject with the error
 * of the AWS SDK, and end when `signal` is aborted.
 */
export interface KinesisApi {
  describeStream(signal: AbortSignal): Promise<StreamFacts>
  /** One page; `next` continues it. */
  listShards(
    page: { readonly filter: ShardFilter } | { readonly next: string },
    signal: AbortSignal,
  ): Promise<{ readonly shards: readonly ListedShard[]; readonly next: string | undefined }>
  shardIterator(shard: string, start: IteratorStart, signal: AbortSignal): Promise<string>
  records(iterator: string, signal: AbortSignal): Promise<RecordsPage>
  /** Whether {@link records} asks nothing of the service, which need not be spared then. Default: never. */
  isFree?(iterator: string): boolean
  /** Whether what follows there in a shard lies beside the stream, where only {@link records} reaches it. Default: never. */
  isBeside?(shard: string, start: IteratorStart): boolean
  close(): void
}
