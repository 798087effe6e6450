import { KinesisError } from '../protocol/kinesis-error.ts'
import type { InputOf } from '../protocol/shape.ts'
import { hashKeyFromDecimal, hashKeyOf } from '../streams/hash-key.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { RoutedRecord } from '../streams/put-batch.ts'
import type { Shard } from '../streams/shard.ts'
import type { recordMembers } from './members.ts'
import type { Call } from './operation.ts'

/** Checks what the shape cannot say, and finds the shard of a record. */
export function routedRecord(
  stream: LocalStream,
  record: InputOf<typeof recordMembers>,
  { wire }: Call,
): RoutedRecord {
  const { Data: blob, PartitionKey: partitionKey, ExplicitHashKey: explicit } = record
  const blobSize = wire.blobSize(blob)
  if (blobSize === undefined) throw new KinesisError('SerializationException', 'Data must be a blob')
  const sizeBytes = blobSize + Buffer.byteLength(partitionKey)
  const { maxRecordSizeKiB } = stream.description
  if (sizeBytes > maxRecordSizeKiB * 1024) {
    throw new KinesisError(
      'InvalidArgumentException',
      `The record has ${sizeBytes} bytes of data and partition key; stream ${stream.name} allows ${maxRecordSizeKiB} KiB.`,
    )
  }
  return { shard: shardOf(stream, partitionKey, explicit), partitionKey, blob, blobSize, sizeBytes }
}

function shardOf(stream: LocalStream, partitionKey: string, explicit: string | undefined): Shard {
  const key = explicit === undefined ? hashKeyOf(partitionKey) : hashKeyFromDecimal(explicit)
  if (key === undefined) {
    throw new KinesisError(
      'InvalidArgumentException',
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${explicit}`,
    )
  }
  return stream.route(key)
}
