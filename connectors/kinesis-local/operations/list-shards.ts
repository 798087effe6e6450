import { KinesisError } from '../protocol/kinesis-error.ts'
import { paged } from '../protocol/paged.ts'
import type { InputOf } from '../protocol/shape.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import { openListToken, sealListToken } from './list-token.ts'
import { nextToken, shardId, streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { type Call, operation } from './operation.ts'
import { type ShardSelection, selectedShards, selectionOf, shardFilter } from './shard-filter.ts'
import { shardMembers } from './shard-members.ts'
import { checkCreation } from './stream-creation.ts'

const mostShards = 1000

const shape = {
  ...streamMembers,
  NextToken: nextToken,
  ExclusiveStartShardId: shardId,
  MaxResults: { kind: 'integer', min: 1, max: 10_000 },
  StreamCreationTimestamp: { kind: 'timestamp' },
  ShardFilter: shardFilter,
} as const

type Input = InputOf<typeof shape>

/** Where a list goes on, and what it shows. The token of a page carries it to the next one. */
interface Progress {
  readonly stream: LocalStream
  readonly selection: ShardSelection
  readonly after: string
}

export const listShards = operation('ListShards', shape, (input, call) => {
  const { stream, selection, after } =
    input.NextToken === undefined ? begun(input, call) : continued(input, call)
  const limit = Math.min(input.MaxResults ?? mostShards, mostShards)
  const { page, more } = paged(selectedShards(stream, selection), ({ id }) => id > after, limit)
  const { createdMs } = stream.description
  const token = () =>
    sealListToken('shards', [stream.name, createdMs, page.at(-1)!.id, selection.kind, selection.ms], call.now)
  return call.wire.encode({ Shards: page.map(shardMembers), NextToken: more ? token() : undefined })
})

function begun(input: Input, call: Call): Progress {
  const stream = namedStream(input, call)
  checkCreation(stream, input.StreamCreationTimestamp, call)
  const filter = input.ShardFilter
  const after = filter?.Type === 'AFTER_SHARD_ID' ? filter.ShardId : undefined
  const selection = selectionOf(stream, filter, call)
  return { stream, selection, after: input.ExclusiveStartShardId ?? after ?? '' }
}

function continued(input: Input, call: Call): Progress {
  const excluded = ['StreamName', 'ExclusiveStartShardId', 'StreamCreationTimestamp'] as const
  const given = excluded.find((member) => input[member] !== undefined)
  if (given !== undefined) {
    throw new KinesisError('InvalidArgumentException', `NextToken and ${given} cannot be provided together.`)
  }
  const [name = '', createdMs, after = '', kind, ms] = openListToken(
    'shards',
    input.NextToken as string,
    call.now,
  )
  const stream = namedStream({ StreamName: name, StreamARN: undefined }, call)
  if (Number(createdMs) !== stream.description.createdMs) {
    throw new KinesisError('ResourceNotFoundException', `Stream ${name} has been created anew.`)
  }
  return { stream, selection: { kind: kind as ShardSelection['kind'], ms: Number(ms) }, after }
}
