import { KinesisError } from '../protocol/kinesis-error.ts'
import type { InputOf, Member } from '../protocol/shape.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { Shard } from '../streams/shard.ts'
import { shardId } from './members.ts'
import type { Call } from './operation.ts'

const members = {
  Type: {
    kind: 'string',
    required: true,
    oneOf: [
      'AFTER_SHARD_ID',
      'AT_TRIM_HORIZON',
      'FROM_TRIM_HORIZON',
      'AT_LATEST',
      'AT_TIMESTAMP',
      'FROM_TIMESTAMP',
    ],
  },
  ShardId: shardId,
  Timestamp: { kind: 'timestamp' },
} as const

export const shardFilter = { kind: 'structure', members } as const satisfies Member

type Filter = InputOf<typeof members>

/** Which shards a list shows, with every time worked out. Its pages go on with the same. */
export interface ShardSelection {
  /** All; those that took records at a time; those that did at a time or later; those that do now. */
  readonly kind: 'all' | 'at' | 'from' | 'open'
  readonly ms: number
}

/** What a filter selects. Times before the trim horizon count as the trim horizon. */
export function selectionOf(stream: LocalStream, filter: Filter | undefined, call: Call): ShardSelection {
  const horizonMs = stream.trimHorizonMs(call.now)
  switch (filter?.Type) {
    case 'AT_LATEST':
      return { kind: 'open', ms: 0 }
    case 'AT_TRIM_HORIZON':
      return { kind: 'at', ms: horizonMs }
    case 'AT_TIMESTAMP':
      return { kind: 'at', ms: Math.max(horizonMs, timeOf(filter, call)) }
    case 'FROM_TIMESTAMP':
      return { kind: 'from', ms: Math.max(horizonMs, timeOf(filter, call)) }
    case 'AFTER_SHARD_ID':
      if (filter.ShardId !== undefined) return { kind: 'all', ms: 0 }
      throw new KinesisError('InvalidArgumentException', 'A filter of type AFTER_SHARD_ID needs a ShardId.')
    default:
      return { kind: 'all', ms: 0 }
  }
}

/** In the order of their ids. */
export function selectedShards(stream: LocalStream, { kind, ms }: ShardSelection): readonly Shard[] {
  if (kind === 'all') return stream.shards
  if (kind === 'at') return stream.shards.filter((shard) => shard.openAt(ms))
  if (kind === 'open') return stream.shards.filter(({ open }) => open)
  return stream.shards.filter(({ description: { closedMs } }) => closedMs === null || closedMs >= ms)
}

function timeOf({ Type, Timestamp }: Filter, { wire }: Call): number {
  const ms = wire.timestampMs(Timestamp)
  if (ms !== undefined) return ms
  throw new KinesisError('InvalidArgumentException', `A filter of type ${Type} needs a Timestamp.`)
}
