import { KinesisError } from '../protocol/kinesis-error.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { Shard } from '../streams/shard.ts'

/** @throws KinesisError ResourceNotFoundException, also for a shard that has expired. */
export function shardNamed(stream: LocalStream, shardId: string): Shard {
  const shard = stream.shardOf(shardId)
  if (shard !== undefined) return shard
  throw new KinesisError(
    'ResourceNotFoundException',
    `Shard ${shardId} in stream ${stream.name} under account 000000000000 does not exist`,
  )
}
