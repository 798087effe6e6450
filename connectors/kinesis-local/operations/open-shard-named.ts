import { KinesisError } from '../protocol/kinesis-error.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { Shard } from '../streams/shard.ts'
import { shardNamed } from './shard-named.ts'

/** @throws KinesisError ResourceNotFoundException, or InvalidArgumentException for a shard that is closed. */
export function openShardNamed(stream: LocalStream, shardId: string): Shard {
  const shard = shardNamed(stream, shardId)
  if (shard.open) return shard
  throw new KinesisError(
    'InvalidArgumentException',
    `Shard ${shardId} in stream ${stream.name} under account 000000000000 has already been merged or split, and thus is ` +
      'not eligible for merging or splitting.',
  )
}
