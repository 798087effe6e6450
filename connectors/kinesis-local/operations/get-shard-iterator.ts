import { KinesisError } from '../protocol/kinesis-error.ts'
import type { InputOf } from '../protocol/shape.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { Shard } from '../streams/shard.ts'
import { sealIterator } from '../streams/shard-iterator.ts'
import { rateExceeded } from '../streams/throughput.ts'
import { sequenceNumber, shardId, streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { type Call, operation } from './operation.ts'
import { shardNamed } from './shard-named.ts'

const shape = {
  ...streamMembers,
  ShardId: { ...shardId, required: true },
  ShardIteratorType: {
    kind: 'string',
    required: true,
    oneOf: ['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER', 'TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'],
  },
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
    counter: startingCounter(stream, shard, input, call),
  }
  return call.wire.encode({ ShardIterator: sealIterator(iterator, call.now) })
})

/** The counter of the first record to read. */
function startingCounter(stream: LocalStream, shard: Shard, input: Input, call: Call): number {
  switch (input.ShardIteratorType) {
    case 'AT_SEQUENCE_NUMBER':
      return namedCounter(stream, shard, input)
    case 'AFTER_SEQUENCE_NUMBER':
      return namedCounter(stream, shard, input) + 1
    case 'AT_TIMESTAMP':
      return shard.log.firstAtOrAfter(namedTime(input, call))
    case 'TRIM_HORIZON':
      return shard.log.oldest
    default:
      return shard.log.next
  }
}

function namedCounter(stream: LocalStream, shard: Shard, input: Input): number {
  const { ShardIteratorType: type, StartingSequenceNumber: text } = input
  if (text === undefined) {
    throw new KinesisError('InvalidArgumentException', `Must specify StartingSequenceNumber for ${type}.`)
  }
  const counter = shard.counterOf(text)
  if (counter === undefined) {
    throw new KinesisError(
      'InvalidArgumentException',
      `StartingSequenceNumber ${text} used in GetShardIterator on shard ${shard.id} in stream ${stream.name} under ` +
        'account 000000000000 is invalid because it did not come from this stream.',
    )
  }
  return counter
}

function namedTime({ Timestamp }: Input, { wire, now }: Call): number {
  if (Timestamp === undefined) {
    throw new KinesisError(
      'InvalidArgumentException',
      'Must specify timestampInMillis parameter for AT_TIMESTAMP.',
    )
  }
  const ms = wire.timestampMs(Timestamp)
  if (ms === undefined) throw new KinesisError('SerializationException', 'Timestamp must be a timestamp')
  if (ms > now) {
    throw new KinesisError(
      'InvalidArgumentException',
      `The timestampInMillis parameter cannot be greater than the current time: ${ms} is after ${now}.`,
    )
  }
  return ms
}
