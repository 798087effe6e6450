import { hash } from 'node:crypto'
import { explicitHashKey, hashKeyOf } from '../kpl/hash-key.ts'
import { mostLanes, mostOrdinals, type RecordId } from '../kpl/record-id.ts'
import { boundInAggregate, type UserRecord, writeAggregate } from '../kpl/write-aggregate.ts'

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

/** What a record weighs as an aggregated record of its own, with the longest id there is. */
export function aggregatedBytes(record: UserRecord): number {
  return writeAggregate([{ ...record, id: longestId }]).length + aggregateKey.length
}

/** The most that it can weigh. */
export function aggregatedBound(record: UserRecord): number {
  return boundInAggregate({ ...record, id: longestId }) + 32
}

/** A name for one run of a sink that no other run has. */
export function producerOf(...facts: readonly (string | number)[]): string {
  return hash('sha256', JSON.stringify(facts), 'base64url').slice(0, 12)
}
