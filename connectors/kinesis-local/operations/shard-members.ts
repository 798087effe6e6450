import type { Structure } from '../protocol/wire.ts'
import { hashKeyToDecimal } from '../streams/hash-key.ts'
import type { Shard } from '../streams/shard.ts'

/** A shard as clients see it. */
export function shardMembers({ id, range, startingSequenceNumber }: Shard): Structure {
  return {
    ShardId: id,
    HashKeyRange: {
      StartingHashKey: hashKeyToDecimal(range.start),
      EndingHashKey: hashKeyToDecimal(range.end),
    },
    SequenceNumberRange: { StartingSequenceNumber: startingSequenceNumber },
  }
}
