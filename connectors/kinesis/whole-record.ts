import type { Codec, Decode } from '../../src/contract/codec.ts'
import { codecOf } from '../../src/contract/codec.ts'
import type { HashRange } from './hash-range.ts'
import type { StoredRecord } from './kinesis-api.ts'

/** A record with all that the stream knows of it. */
export interface KinesisRecord {
  readonly shard: string
  /** The shards that its shard continues, as far as they were there when it was first seen. */
  readonly parents: readonly string[]
  /** The hash keys of its shard, both ends in it, in decimal. */
  readonly hashRange: HashRange
  readonly sequenceNumber: string
  /** Its place in the aggregated record that it came in, from 0; 0 if it came by itself. */
  readonly subSequence: number
  /** Whether others of the same aggregated record come after it. */
  readonly more: boolean
  /** In milliseconds since 1970. */
  readonly arrivalTime: number
  /** `undefined` if it was put without one. */
  readonly partitionKey: string | undefined
  /** Belongs to the source and may be overwritten after the call: copy what must outlive it. */
  readonly data: Uint8Array
}

/** Turns a whole record into a value, where a codec sees its data alone. */
export interface DecodeRecord<out T> {
  readonly name: string
  decodeRecord(record: KinesisRecord): T
}

/**
 * A `decode` for {@link kinesisSource} that is given the whole record: with its shard, sequence number, sub-sequence,
 * arrival time and partition key. What it throws makes the record undecodable.
 *
 * @example
 * wholeRecord(({ partitionKey, data }) => ({ partitionKey, text: Buffer.from(data).toString() })).name // 'whole record'
 */
export function wholeRecord<T>(decode: (record: KinesisRecord) => T): DecodeRecord<T> {
  return { name: 'whole record', decodeRecord: decode }
}

/** What a record's shard has to say. */
export interface ShardOfRecord {
  readonly id: string
  readonly parents: readonly string[]
  readonly range: HashRange
}

/** How records of any shard become values. */
export type RecordDecoder<T> = (record: StoredRecord, shard: ShardOfRecord) => T

/** What a source is told of how to decode. */
export function recordDecoder<T>(decode: Decode<T> | DecodeRecord<T>): RecordDecoder<T> {
  if ('decodeRecord' in decode) return (record, shard) => decode.decodeRecord(whole(record, shard))
  const codec: Codec<T> = codecOf(decode)
  return (record) => codec.decode(record.data)
}

function whole(record: StoredRecord, { id, parents, range }: ShardOfRecord): KinesisRecord {
  const { sequenceNumber, subSequence = 0, more = false, arrivalTime, partitionKey, data } = record
  return {
    ...{ shard: id, parents, hashRange: range, sequenceNumber, subSequence, more },
    ...{ arrivalTime, partitionKey, data },
  }
}
