import type { Structure } from '../protocol/wire.ts'
import { hashKeyToDecimal } from '../streams/hash-key.ts'
import { type Shard, shardIdOf } from '../streams/shard.ts'

/** A shard as clients see it. */
export function shardMembers(shard: Shard): Structure {
  const [parent, adjacentParent] = shard.description.parents.map(shardIdOf)
  return {
    ShardId: shard.id,
    ParentShardId: parent,
    AdjacentParentShardId: adjacentParent,
    HashKeyRange: hashKeyRange(shard),
    SequenceNumberRange: {
      StartingSequenceNumber: shard.startingSequenceNumber,
      EndingSequenceNumber: shard.endingSequenceNumber,
    },
  }
}

/** A shard as the end of its parent announces it. */
export function childMembers(shard: Shard): Structure {
  return {
    ShardId: shard.id,
    ParentShards: shard.description.parents.map(shardIdOf),
    HashKeyRange: hashKeyRange(shard),
  }
}

function hashKeyRange({ range }: Shard): Structure {
  return { StartingHashKey: hashKeyToDecimal(range.start), EndingHashKey: hashKeyToDecimal(range.end) }
}
