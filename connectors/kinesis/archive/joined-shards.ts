import { firstHole, type HashRange, overlap } from '../hash-range.ts'
import type { ListedShard } from '../kinesis-api.ts'
import { sequenceTime, shardTime } from '../sequence-time.ts'
import type { ArchivedShard, ArchiveIndex } from './archive-index.ts'

/**
 * The shards of an archive and of the stream that it was made of, as if none had expired. Of a shard that has expired
 * without a record neither knows: what continues it continues its parent then, whose hash keys it shares. That it had no
 * record, only a later one in the archive can prove; else records may have expired before the archive had them, and what
 * continues it counts as old as the archive.
 */
export function joinedShards(archive: ArchiveIndex, live: readonly ListedShard[]): readonly ListedShard[] {
  const liveIds = new Set(live.map(({ id }) => id))
  const expired = [...archive.values()].filter(({ id }) => !liveIds.has(id)).map(listedOf)
  const all = [...expired, ...live]
  const ids = new Set(all.map(({ id }) => id))
  const open = expired.filter((shard) => holesOf(shard, all).length > 0)
  const joined = all.map((shard) => {
    const known = shard.parents.filter((parent) => ids.has(parent))
    if (known.length === shard.parents.length) return shard
    const continued = open.filter(
      (parent) =>
        numberOf(parent.id) < numberOf(shard.id) &&
        holesOf(parent, all).some((hole) => overlap(hole, shard.range)),
    )
    const nearest = continued.filter(
      ({ id, range }) =>
        !continued.some((other) => numberOf(other.id) > numberOf(id) && overlap(other.range, range)),
    )
    return nearest.length === 0
      ? shard
      : { ...shard, parents: [...known, ...nearest.map((parent) => parent.id)] }
  })
  return joined.map((shard, index) => {
    const lacksNone = all[index]!.parents.every((parent) => ids.has(parent))
    const proven = archive.has(shard.id) || isWhole(shard.id, archive, joined)
    return lacksNone || proven ? shard : asOldAs(archive, shard)
  })
}

function asOldAs(archive: ArchiveIndex, shard: ListedShard): ListedShard {
  const begun = [...archive.values()].flatMap(({ segments }) => sequenceTime(segments[0]!.first) ?? [])
  const { createdAt } = shard
  return createdAt === undefined ? shard : { ...shard, createdAt: Math.min(createdAt, ...begun) }
}

/** The part of a shard's hash keys that no child of it has: one after the other. */
function holesOf({ id, range }: ListedShard, all: readonly ListedShard[]): readonly HashRange[] {
  const children = all.filter(({ parents }) => parents.includes(id)).map((child) => child.range)
  const holes: HashRange[] = []
  for (
    let hole = firstHole(children, range);
    hole !== undefined;
    hole = firstHole([...children, ...holes], range)
  )
    holes.push(hole)
  return holes
}

function listedOf({ id, parents, range, segments }: ArchivedShard): ListedShard {
  return { id, parents: [...parents], range, createdAt: shardTime(segments[0]!.first) }
}

/** Shards are numbered in the order in which they come into being. */
function numberOf(id: string): number {
  return Number(/\d+$/.exec(id)?.[0] ?? 0)
}

/**
 * Whether all records of a shard are in the archive. A record of a shard is read only after its parents were read
 * to their end: so a record of any descendant proves it.
 */
export function isWhole(id: string, archive: ArchiveIndex, joined: readonly ListedShard[]): boolean {
  const looked = new Set<string>()
  const witnessed = (parent: string): boolean =>
    joined
      .filter(({ parents }) => parents.includes(parent))
      .some((child) => {
        if (looked.has(child.id)) return false
        looked.add(child.id)
        return archive.has(child.id) || witnessed(child.id)
      })
  return witnessed(id)
}
