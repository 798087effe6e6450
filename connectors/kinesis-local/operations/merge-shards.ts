import { KinesisError } from '../protocol/kinesis-error.ts'
import { hashKeyDistance } from '../streams/hash-key.ts'
import { mergeShards as merge } from '../streams/reshard.ts'
import { shardId, streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { openShardNamed } from './open-shard-named.ts'
import { operation } from './operation.ts'
import { reshardingTime } from './resharding-time.ts'
import { checkProvisioned } from './stream-mode.ts'

export const mergeShards = operation(
  'MergeShards',
  {
    ...streamMembers,
    ShardToMerge: { ...shardId, required: true },
    AdjacentShardToMerge: { ...shardId, required: true },
  },
  (input, call) => {
    const stream = namedStream(input, call)
    checkProvisioned(stream, 'MergeShards')
    const lower = openShardNamed(stream, input.ShardToMerge)
    const upper = openShardNamed(stream, input.AdjacentShardToMerge)
    if (hashKeyDistance(lower.range.end, upper.range.start) !== 1n) {
      throw new KinesisError(
        'InvalidArgumentException',
        `Shards ${lower.id} and ${upper.id} in stream ${stream.name} under account 000000000000 are not an adjacent pair ` +
          'of shards eligible for merging. ShardToMerge must be the one with the lower hash keys.',
      )
    }
    const ms = reshardingTime(stream, call.now)
    const shards = merge(stream.description.shards, lower.index, upper.index, ms)
    call.streams.change(stream, { shards }, call.now)
    return undefined
  },
)
