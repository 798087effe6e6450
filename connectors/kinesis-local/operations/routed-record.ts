import { KinesisError } from '../protocol/kinesis-error.ts'
import type { InputOf } from '../protocol/shape.ts'
import { hashKeyFromDecimal, hashKeyOf } from '../streams/hash-key.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { RoutedRecord } from '../streams/put-batch.ts'
import type { Shard } from '../streams/shard.ts'
import type { recordMembers } from './members.ts'
import type { Call } from './operation.ts'

type RecordInput = InputOf<typeof recordMembers>

/**
 * Checks what the shape cannot say, and finds the shard of a record.
 *
 * @param place Of the record in its list; `undefined` if there is none.
 */
export function routedRecord(
  stream: LocalStream,
  record: RecordInput,
  place: number | undefined,
  { wire }: Call,
): RoutedRecord {
  const { Data: blob, PartitionKey: partitionKey } = record
  const shard = shardOf(stream, record, place)
  const blobSize = wire.blobSize(blob)
  if (blobSize === undefined) throw new KinesisError('SerializationException', 'Data must be a blob')
  const sizeBytes = blobSize + (partitionKey === undefined ? 0 : Buffer.byteLength(partitionKey))
  const { maxRecordSizeKiB } = stream.description
  if (sizeBytes > maxRecordSizeKiB * 1024) {
    throw new KinesisError(
      'InvalidArgumentException',
      `The record has ${sizeBytes} bytes of data and partition key; stream ${stream.name} allows ${maxRecordSizeKiB} KiB.`,
    )
  }
  return { shard, partitionKey, blob, blobSize, sizeBytes, encrypted: stream.encrypted }
}

function shardOf(stream: LocalStream, record: RecordInput, place: number | undefined): Shard {
  const { PartitionKey, ExplicitHashKey: explicit } = record
  if (stream.description.distribution === 'AUTO') return stream.nextInTurn()
  if (PartitionKey === undefined) throw keyMissing(place)
  const key = explicit === undefined ? hashKeyOf(PartitionKey) : hashKeyFromDecimal(explicit)
  if (key === undefined) {
    throw new KinesisError(
      'InvalidArgumentException',
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${explicit}`,
    )
  }
  return stream.route(key)
}

function keyMissing(place: number | undefined): KinesisError {
  const path = place === undefined ? 'partitionKey' : `records.${place + 1}.member.partitionKey`
  return new KinesisError(
    'ValidationException',
    `1 validation error detected: Value at '${path}' failed to satisfy constraint: Member must not be null`,
  )
}
