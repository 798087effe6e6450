import type { InputOf } from '../protocol/shape.ts'
import { sealIterator } from '../streams/shard-iterator.ts'
import { rateExceeded } from '../streams/throughput.ts'
import { sequenceNumber, shardId, streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { shardNamed } from './shard-named.ts'
import { type Start, startingCounter, startingType } from './starting-position.ts'

const shape = {
  ...streamMembers,
  ShardId: { ...shardId, required: true },
  ShardIteratorType: startingType,
  StartingSequenceNumber: sequenceNumber,
  Timestamp: { kind: 'timestamp' },
} as const

type Input = InputOf<typeof shape>

export const getShardIterator = operation('GetShardIterator', shape, (input, call) => {
  const stream = namedStream(input, call)
  const shard = shardNamed(stream, input.ShardId)
  if (!shard.throughput.mayGetIterator(call.now)) throw rateExceeded(stream.name, shard.id)
  stream.trim(shard, call.now)
  const iterator = {
    stream: stream.name,
    streamCreatedMs: stream.description.createdMs,
    shardIndex: shard.index,
    counter: startingCounter(stream, shard, startOf(input), call),
  }
  return call.wire.encode({ ShardIterator: sealIterator(iterator, call.now) })
})

function startOf(input: Input): Start {
  return {
    operation: 'GetShardIterator',
    type: input.ShardIteratorType,
    sequenceNumber: input.StartingSequenceNumber,
    timestamp: input.Timestamp,
  }
}
