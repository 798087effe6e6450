import { hashKeyFromDecimal, hashKeyOf } from '../streams/hash-key.ts'
import type { LocalStreams } from '../streams/local-streams.ts'
import { shardIdOf } from '../streams/shard.ts'
import { iteratorPlace } from '../streams/shard-iterator.ts'

/** The stream and the shard that a call is about, as far as its input tells. */
export interface CallAddress {
  readonly stream: string | undefined
  readonly shard: string | undefined
}

/** Not checked yet: any member may be of any type. */
type Input = Readonly<Record<string, unknown>>

const arnMembers = ['StreamARN', 'ConsumerARN', 'ResourceARN'] as const
const shardMembers = ['ShardId', 'ShardToSplit', 'ShardToMerge'] as const

/** A call that goes on with a token names neither; nor has a put of many records one shard. */
export function callAddress(input: unknown, streams: LocalStreams, now: number): CallAddress {
  if (typeof input !== 'object' || input === null) return { stream: undefined, shard: undefined }
  const fields: Input = { ...input }
  const place = iteratorPlace(textOf(fields['ShardIterator']) ?? '')
  if (place !== undefined) return { stream: place.stream, shard: shardIdOf(place.shardIndex) }
  const stream = textOf(fields['StreamName']) ?? first(arnMembers, (member) => streamOfArn(fields[member]))
  const named = first(shardMembers, (member) => textOf(fields[member]))
  return { stream, shard: named ?? routedShard(fields, streams, stream, now) }
}

/** Where the record of a PutRecord goes. */
function routedShard(fields: Input, streams: LocalStreams, stream = '', now: number): string | undefined {
  const partitionKey = textOf(fields['PartitionKey'])
  if (partitionKey === undefined) return undefined
  const explicit = textOf(fields['ExplicitHashKey'])
  const key = explicit === undefined ? hashKeyOf(partitionKey) : hashKeyFromDecimal(explicit)
  return key === undefined ? undefined : streams.get(stream, now)?.route(key).id
}

/** Of a stream, or of a consumer, whose ARN begins with that of its stream. */
function streamOfArn(arn: unknown): string | undefined {
  const [, resource = ''] = textOf(arn)?.split(':stream/') ?? []
  return resource.split('/')[0] || undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  return items.map(find).find((found) => found !== undefined)
}
