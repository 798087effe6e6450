import { type HashKey, hashKeyDistance, initialRanges } from './hash-key.ts'
import { mergeShards, openShards, type Shards, splitShard } from './reshard.ts'

/** A boundary this near to where it should be is good enough: no shard is made of a few keys. */
const nearEnough = 2n ** 64n

/**
 * The shards after as many splits and merges as it takes to have `count` open ones of equal ranges. First every shard is
 * split where a boundary is missing, then shards are merged where there is one too many; what is split or merged more
 * than once leaves shards behind that never held a record.
 */
export function scaledUniformly(shards: Shards, count: number, ms: number): Shards {
  const present = openShards(shards).map(({ range }) => range.start)
  const wanted = initialRanges(count).map(({ start }) => nearest(present, start))
  return merged(split(shards, wanted, ms), new Set(wanted), ms)
}

function split(shards: Shards, boundaries: readonly HashKey[], ms: number): Shards {
  let result = shards
  let next = 0
  for (const { index, range } of openShards(shards)) {
    for (let rest = index; next < boundaries.length && boundaries[next]! <= range.end; next++) {
      if (boundaries[next] === range.start) continue
      result = splitShard(result, rest, boundaries[next]!, ms)
      rest = result.at(-1)!.index
    }
  }
  return result
}

function merged(shards: Shards, boundaries: ReadonlySet<HashKey>, ms: number): Shards {
  let result = shards
  let lower: number | undefined
  for (const { index, range } of openShards(shards)) {
    if (lower === undefined || boundaries.has(range.start)) {
      lower = index
      continue
    }
    result = mergeShards(result, lower, index, ms)
    lower = result.at(-1)!.index
  }
  return result
}

/** The boundary that is there already, if it is near enough to the wanted one. */
function nearest(present: readonly HashKey[], wanted: HashKey): HashKey {
  const after = present.findIndex((start) => start >= wanted)
  const neighbours = after < 0 ? present.slice(-1) : present.slice(Math.max(0, after - 1), after + 1)
  const near = neighbours.find((start) => {
    const distance = hashKeyDistance(start, wanted)
    return distance <= nearEnough && distance >= -nearEnough
  })
  return near ?? wanted
}
