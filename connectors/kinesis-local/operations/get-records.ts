import { KinesisError } from '../protocol/kinesis-error.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import { readRecords } from '../streams/read-records.ts'
import { type Shard, shardIdOf } from '../streams/shard.ts'
import { openIterator, type ShardIterator, sealIterator } from '../streams/shard-iterator.ts'
import { rateExceeded } from '../streams/throughput.ts'
import { streamArn } from './members.ts'
import { type Call, operation } from './operation.ts'
import { childMembers } from './shard-members.ts'
import { shardNamed } from './shard-named.ts'

const mostRecords = 10_000
const mostBytes = 10 * 2 ** 20

export const getRecords = operation(
  'GetRecords',
  {
    ShardIterator: { kind: 'string', required: true, min: 1, max: 512 },
    Limit: { kind: 'integer', min: 1 },
    StreamARN: streamArn,
  },
  ({ ShardIterator, Limit = mostRecords }, call) => {
    if (Limit > mostRecords) {
      throw new KinesisError(
        'InvalidArgumentException',
        `Limit is ${Limit}; at most ${mostRecords} is allowed.`,
      )
    }
    const iterator = openIterator(ShardIterator, call.now)
    const { stream, shard } = namedShard(iterator, call)
    if (!shard.throughput.mayGetRecords(call.now)) throw rateExceeded(stream.name, shard.id)
    stream.trim(shard, call.now)
    return readPage(iterator, stream, shard, Limit, call)
  },
)

function namedShard(iterator: ShardIterator, call: Call): { stream: LocalStream; shard: Shard } {
  const stream = call.streams.get(iterator.stream, call.now)
  if (stream?.description.createdMs !== iterator.streamCreatedMs) {
    throw new KinesisError(
      'ResourceNotFoundException',
      `Stream ${iterator.stream} under account 000000000000 not found.`,
    )
  }
  return { stream, shard: shardNamed(stream, shardIdOf(iterator.shardIndex)) }
}

function readPage(
  iterator: ShardIterator,
  stream: LocalStream,
  shard: Shard,
  limit: number,
  { wire, now }: Call,
): Buffer {
  const read = readRecords(shard, iterator.counter, limit, mostBytes, now)
  const { ended, counter } = read
  shard.throughput.returned(read.sizeBytes, now)
  return wire.encodeRecords({
    ...read,
    shard,
    nextIterator: ended ? undefined : sealIterator({ ...iterator, counter }, now),
    children: ended ? stream.childrenOf(shard).map(childMembers) : [],
  })
}
