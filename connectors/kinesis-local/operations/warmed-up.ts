import type { LocalStream } from '../streams/local-stream.ts'
import type { StreamDescription } from '../streams/stream-description.ts'
import { scaledUniformly } from '../streams/uniform-scaling.ts'
import type { Call } from './operation.ts'
import { reshardingTime } from './resharding-time.ts'
import { checkShardLimit } from './shard-limit.ts'

/** How a stream changes to be ready for so much: a shard takes 1 MiB a second, and none is taken away. */
export function warmedUp(stream: LocalStream, MiBps: number, { now }: Call): Partial<StreamDescription> {
  checkShardLimit(stream, MiBps)
  const { shards } = stream.description
  return {
    warmThroughputMiBps: MiBps,
    shards: MiBps > stream.open.length ? scaledUniformly(shards, MiBps, reshardingTime(stream, now)) : shards,
  }
}
