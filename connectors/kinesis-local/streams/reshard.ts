import { type HashKey, type HashKeyRange, hashKeyBefore } from './hash-key.ts'
import type { ShardDescription } from './shard.ts'

/** The shards of a stream: those that are open cover every hash key once. */
export type Shards = readonly ShardDescription[]

/** A shard ends; two take its place, the second one from `at` on. */
export function splitShard(shards: Shards, index: number, at: HashKey, ms: number): Shards {
  const { start, end } = shardWith(shards, index).range
  return replaced(
    shards,
    [index],
    [
      { start, end: hashKeyBefore(at) },
      { start: at, end },
    ],
    ms,
  )
}

/** Two neighbours end; one shard takes their place. */
export function mergeShards(shards: Shards, lower: number, upper: number, ms: number): Shards {
  const { start } = shardWith(shards, lower).range
  const { end } = shardWith(shards, upper).range
  return replaced(shards, [lower, upper], [{ start, end }], ms)
}

/** The open shards in the order of their ranges. */
export function openShards(shards: Shards): readonly ShardDescription[] {
  return shards
    .filter(({ closedMs }) => closedMs === null)
    .sort((a, b) => (a.range.start < b.range.start ? -1 : 1))
}

function replaced(
  shards: Shards,
  parents: readonly number[],
  ranges: readonly HashKeyRange[],
  ms: number,
): Shards {
  const seconds = parents.map((parent) => shardWith(shards, parent).numberedFromSeconds)
  // The greatest index belongs to an open shard, so it is here even if others have expired.
  const next = Math.max(...shards.map(({ index }) => index)) + 1
  const children = ranges.map((range, place) => ({
    index: next + place,
    createdMs: ms,
    numberedFromSeconds: Math.max(Math.floor(ms / 1000), ...seconds) + 1,
    range,
    parents,
    closedMs: null,
  }))
  return [
    ...shards.map((shard) => (parents.includes(shard.index) ? { ...shard, closedMs: ms } : shard)),
    ...children,
  ]
}

function shardWith(shards: Shards, index: number): ShardDescription {
  return shards.find((shard) => shard.index === index)!
}
