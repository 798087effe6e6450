import { type HashKey, type HashKeyRange, hashKeyDistance, hashKeyMiddle } from '../streams/hash-key.ts'
import { loadWindowMs } from './shard-load.ts'

const seconds = loadWindowMs / 1000

/** A shard that took more than 500 KB/s over a minute is split. */
export const hotBytes = 500 * 1024 * seconds

/** Two neighbours of which neither takes more than a quarter of that could be one shard twice over. */
export const busyBytes = hotBytes / 4

/** The service keeps capacity for the peak of the last 30 days. */
const quietMs = 30 * 86_400_000
const fewestShards = 4

/** What is known of an open shard. */
export interface ShardFacts {
  readonly index: number
  readonly range: HashKeyRange
  readonly lastWindowBytes: number
  readonly quietMs: number
}

/** How a stream in mode ON_DEMAND is to change. Shards go by their index. */
export type ScalingAction =
  | { readonly kind: 'split'; readonly shard: number; readonly at: HashKey }
  | { readonly kind: 'merge'; readonly lower: number; readonly upper: number }

/** The hottest shard is split in the middle; if none is hot, two neighbours that were quiet for 30 days are merged. */
export function scalingAction(open: readonly ShardFacts[], mostShards: number): ScalingAction | undefined {
  const hottest = open
    .filter(({ range, lastWindowBytes }) => lastWindowBytes > hotBytes && isWide(range))
    .reduce<ShardFacts | undefined>(
      (most, shard) => (most !== undefined && most.lastWindowBytes >= shard.lastWindowBytes ? most : shard),
      undefined,
    )
  if (hottest !== undefined && open.length < mostShards) {
    return { kind: 'split', shard: hottest.index, at: hashKeyMiddle(hottest.range) }
  }
  if (open.length <= fewestShards) return undefined
  const at = open.findIndex((shard, place) => isQuiet(shard) && isQuiet(open[place + 1]))
  return at < 0 ? undefined : { kind: 'merge', lower: open[at]!.index, upper: open[at + 1]!.index }
}

/** Each half must be left with two keys. */
function isWide({ start, end }: HashKeyRange): boolean {
  return hashKeyDistance(start, end) >= 3n
}

function isQuiet(shard: ShardFacts | undefined): boolean {
  return shard !== undefined && shard.quietMs >= quietMs
}
