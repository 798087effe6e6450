import { KinesisError } from '../protocol/kinesis-error.ts'
import type { InputOf, Member } from '../protocol/shape.ts'
import type { Wire } from '../protocol/wire.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { Shard } from '../streams/shard.ts'
import { shardId } from './members.ts'

const members = {
  Type: {
    kind: 'string',
    required: true,
    oneOf: [
      'AFTER_SHARD_ID',
      'AT_TRIM_HORIZON',
      'FROM_TRIM_HORIZON',
      'AT_LATEST',
      'AT_TIMESTAMP',
      'FROM_TIMESTAMP',
    ],
  },
  ShardId: shardId,
  Timestamp: { kind: 'timestamp' },
} as const

export const shardFilter = { kind: 'structure', members } as const satisfies Member

/**
 * The shards that a filter selects. All shards of a stream are open, and as old as the stream, so a filter by time
 * leaves none out: times before the stream count as its beginning.
 */
export function shardsOfFilter(
  stream: LocalStream,
  filter: InputOf<typeof members> | undefined,
  wire: Wire,
): { readonly shards: readonly Shard[]; readonly after: string } {
  const byTime = filter?.Type === 'AT_TIMESTAMP' || filter?.Type === 'FROM_TIMESTAMP'
  if (byTime && wire.timestampMs(filter.Timestamp) === undefined) {
    throw new KinesisError('InvalidArgumentException', `A filter of type ${filter.Type} needs a Timestamp.`)
  }
  if (filter?.Type === 'AFTER_SHARD_ID' && filter.ShardId === undefined) {
    throw new KinesisError('InvalidArgumentException', 'A filter of type AFTER_SHARD_ID needs a ShardId.')
  }
  const after = filter?.Type === 'AFTER_SHARD_ID' ? (filter.ShardId ?? '') : ''
  return { shards: stream.shardsById(), after }
}
