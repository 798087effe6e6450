import { recordSize } from '../log/record-layout.ts'
import type { Slice } from '../log/shard-log.ts'
import { KinesisError } from '../protocol/kinesis-error.ts'
import type { LocalStream } from '../streams/local-stream.ts'
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
  { wire, now, disturbance }: Call,
): Buffer {
  const from = Math.min(Math.max(iterator.counter, shard.log.oldest), shard.log.next)
  const slices = shard.log.read(from, limit, mostBytes)
  const counter = from + slices.reduce((sum, slice) => sum + slice.to - slice.from, 0)
  const sizeBytes = slices.reduce((sum, slice) => sum + sizeOf(slice), 0)
  shard.throughput.returned(sizeBytes, now)
  const ended = !shard.open && counter >= shard.log.next
  const children = ended ? stream.childrenOf(shard).map(childMembers) : []
  return wire.encodeRecords({
    shard,
    slices,
    sizeBytes,
    nextIterator: ended ? undefined : sealIterator({ ...iterator, counter }, now),
    children: disturbance?.announced(stream, shard, children) ?? children,
    millisBehindLatest: millisBehind(shard, counter, now),
  })
}

/** 0 only if every record has been read. */
function millisBehind(shard: Shard, counter: number, now: number): number {
  return counter < shard.log.next ? Math.max(1, now - shard.log.arrivalMsAt(counter)) : 0
}

function sizeOf({ segment, from, to }: Slice): number {
  const { bytes } = segment
  let sum = 0
  for (let index = from; index < to; index++) sum += recordSize(bytes, segment.placeOf(index))
  return sum
}
