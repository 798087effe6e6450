import { hash } from 'node:crypto'
import { explicitHashKey, hashKeyOf } from '../kpl/hash-key.ts'
import { mostLanes, mostOrdinals, type RecordId } from '../kpl/record-id.ts'
import { AggregateSize, type UserRecord } from '../kpl/write-aggregate.ts'

/** A record on its way into the stream. */
export interface OutgoingRecord extends UserRecord {
  /** Decides the shard: 32 hexadecimal digits. */
  readonly hashKey: string
  /** What it costs to keep in memory, about. */
  readonly heldBytes: number
}

/** What an object of a record takes besides its data. */
const objectBytes = 200

/** With its hash key, which is that of its partition key unless the record names another. */
export function outgoing(record: UserRecord): OutgoingRecord {
  const { data, partitionKey, explicitHashKey: explicit, id } = record
  return {
    data,
    partitionKey,
    explicitHashKey: explicit,
    id,
    hashKey: explicit === undefined ? hashKeyOf(partitionKey) : explicitHashKey(Buffer.from(explicit))!,
    heldBytes: data.length + 2 * partitionKey.length + objectBytes,
  }
}

/** What a record weighs for the limits of Kinesis. */
export function plainBytes({ data, partitionKey }: UserRecord): number {
  return data.length + Buffer.byteLength(partitionKey)
}

/** The partition key of an aggregated record; its explicit hash key decides the shard. */
export const aggregateKey = 'a'

const longestId: RecordId = { producer: 'x'.repeat(12), lane: mostLanes - 1, ordinal: mostOrdinals - 1 }

/** The most that the frame of an aggregated record with one record adds to it. */
const mostFrameBytes = 256

/** What a record weighs as an aggregated record of its own, with the longest id there is; mostly a bound is enough. */
export function aggregatedBytes(record: UserRecord, limitBytes: number): number {
  const { data, partitionKey } = record
  const bound = data.length + 3 * partitionKey.length + mostFrameBytes
  if (bound <= limitBytes) return bound
  return new AggregateSize().with({ ...record, id: longestId }) + aggregateKey.length
}

/** A name for one run of a sink that no other run has. */
export function producerOf(...facts: readonly (string | number)[]): string {
  return hash('sha256', JSON.stringify(facts), 'base64url').slice(0, 12)
}
