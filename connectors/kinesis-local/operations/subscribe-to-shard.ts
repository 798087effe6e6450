import { KinesisError } from '../protocol/kinesis-error.ts'
import { consumerStatus } from '../streams/consumers.ts'
import { consumerArn, sequenceNumber, shardId } from './members.ts'
import { consumerOfArn } from './named-consumer.ts'
import { operation } from './operation.ts'
import { pushedEvents } from './pushed-events.ts'
import { shardNamed } from './shard-named.ts'
import { startingCounter, startingType } from './starting-position.ts'

const startingPosition = {
  kind: 'structure',
  required: true,
  members: { Type: startingType, SequenceNumber: sequenceNumber, Timestamp: { kind: 'timestamp' } },
} as const

export const subscribeToShard = operation(
  'SubscribeToShard',
  {
    ConsumerARN: { ...consumerArn, required: true },
    ShardId: { ...shardId, required: true },
    StartingPosition: startingPosition,
  },
  ({ ConsumerARN, ShardId, StartingPosition: { Type, SequenceNumber, Timestamp } }, call) => {
    const { stream, consumer } = consumerOfArn(ConsumerARN, call)
    if (consumerStatus(consumer, call.now) !== 'ACTIVE') {
      throw new KinesisError('ResourceInUseException', `Consumer ${ConsumerARN} is not ACTIVE.`)
    }
    const shard = shardNamed(stream, ShardId)
    const begin = shard.subscribers.admit(ConsumerARN, call.now)
    stream.trim(shard, call.now)
    const start = {
      operation: 'SubscribeToShard',
      type: Type,
      sequenceNumber: SequenceNumber,
      timestamp: Timestamp,
    }
    const counter = startingCounter(stream, shard, start, call)
    return pushedEvents({ consumerArn: ConsumerARN, shardId: ShardId, subscription: begin(), counter }, call)
  },
)
