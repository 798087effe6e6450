import { KinesisError } from '../protocol/kinesis-error.ts'
import { type HashKey, hashKeyDistance, hashKeyFromDecimal, hashKeyToDecimal } from '../streams/hash-key.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import { splitShard as split } from '../streams/reshard.ts'
import type { Shard } from '../streams/shard.ts'
import { checkShardQuota } from './account-quota.ts'
import { hashKey, shardId, streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { openShardNamed } from './open-shard-named.ts'
import { operation } from './operation.ts'
import { reshardingTime } from './resharding-time.ts'
import { checkShardLimit } from './shard-limit.ts'
import { checkProvisioned } from './stream-mode.ts'

export const splitShard = operation(
  'SplitShard',
  {
    ...streamMembers,
    ShardToSplit: { ...shardId, required: true },
    NewStartingHashKey: { ...hashKey, required: true },
  },
  (input, call) => {
    const stream = namedStream(input, call)
    checkProvisioned(stream, 'SplitShard')
    const shard = openShardNamed(stream, input.ShardToSplit)
    const at = splitPoint(stream, shard, input.NewStartingHashKey)
    checkShardLimit(stream, stream.open.length + 1)
    checkShardQuota(call, 1)
    const shards = split(stream.description.shards, shard.index, at, reshardingTime(stream, call.now))
    call.streams.change(stream, { shards }, call.now)
    return undefined
  },
)

/** Neither child may be left with a single key or none. */
function splitPoint(stream: LocalStream, { id, range: { start, end } }: Shard, decimal: string): HashKey {
  const at = hashKeyFromDecimal(decimal)
  if (at !== undefined && hashKeyDistance(start, at) > 1n && at < end) return at
  throw new KinesisError(
    'InvalidArgumentException',
    `NewStartingHashKey ${decimal} used in SplitShard() on shard ${id} in stream ${stream.name} under account ` +
      "000000000000 is not both greater than one plus the shard's StartingHashKey " +
      `${hashKeyToDecimal(start)} and less than the shard's EndingHashKey ${hashKeyToDecimal(end)}.`,
  )
}
