import { paged } from '../protocol/paged.ts'
import { shardId, streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { shardMembers } from './shard-members.ts'
import { streamFacts } from './stream-facts.ts'

const mostShards = 100

export const describeStream = operation(
  'DescribeStream',
  { ...streamMembers, Limit: { kind: 'integer', min: 1, max: 10_000 }, ExclusiveStartShardId: shardId },
  (input, call) => {
    const stream = namedStream(input, call)
    const after = input.ExclusiveStartShardId ?? ''
    const limit = Math.min(input.Limit ?? mostShards, mostShards)
    const shards = call.disturbance.listed('DescribeStream', stream, stream.shards, call.now)
    const { page, more } = paged(shards, ({ id }) => id > after, limit)
    return call.wire.encode({
      StreamDescription: {
        ...streamFacts(stream),
        Shards: page.map(shardMembers),
        HasMoreShards: more,
      },
    })
  },
)
