import type { LocalStream } from '../streams/local-stream.ts'
import { mergeShards, splitShard } from '../streams/reshard.ts'
import type { Call } from './operation.ts'
import { reshardingTime } from './resharding-time.ts'

/** Lets the service do what it does by itself with the shards of a stream in mode ON_DEMAND. */
export function scaleOnDemand(stream: LocalStream, { limits, streams, now }: Call): void {
  const { mode, shards } = stream.description
  const action = mode === 'ON_DEMAND' ? limits.scaling(stream, now) : undefined
  if (action === undefined) return
  const ms = reshardingTime(stream, now)
  const changed =
    action.kind === 'split'
      ? splitShard(shards, action.shard, action.at, ms)
      : mergeShards(shards, action.lower, action.upper, ms)
  streams.change(stream, { shards: changed }, now)
}
