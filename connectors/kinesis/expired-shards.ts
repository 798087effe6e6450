import { overlap } from './hash-range.ts'
import type { ListedShard } from './kinesis-api.ts'
import type { KnownShard, Lineage } from './lineage.ts'

/**
 * Shards that expired before they were read to their end. One that was never listed may only be younger than the
 * listing.
 */
export function expiredUnread(
  lineage: Lineage,
  listed: readonly ListedShard[],
  onceListed: ReadonlySet<string>,
): readonly KnownShard[] {
  const ids = new Set(listed.map(({ id }) => id))
  return lineage.unfinished.filter(({ id }) => onceListed.has(id) && !ids.has(id))
}

/**
 * Goes on without shards that have expired: they count as read to their end, and what is left of their descendants
 * comes in, though every shard between them may have expired unseen.
 */
export function goOnWithout(
  lineage: Lineage,
  expired: readonly string[],
  listed: readonly ListedShard[],
): void {
  for (const id of expired) lineage.finish(id)
  lineage.learnAll(listed)
  for (;;) {
    const { hole } = lineage
    if (hole === undefined) return
    const heirs = orphans(lineage, listed).filter(({ range }) => overlap(range, hole))
    if (heirs.length === 0) return
    lineage.adopt(heirs, listed)
  }
}

/**
 * Listed shards that come after a shard of the lineage through none that is known. All others that the lineage lacks
 * come before it, by parents that are all listed: a shard expires after its parents.
 */
function orphans(lineage: Lineage, listed: readonly ListedShard[]): readonly ListedShard[] {
  const byId = new Map(listed.map((shard) => [shard.id, shard]))
  const before = new Set<string>()
  const ascend = (id: string): void => {
    for (const parent of byId.get(id)?.parents ?? []) {
      if (before.has(parent)) continue
      before.add(parent)
      ascend(parent)
    }
  }
  for (const { id } of listed) if (lineage.get(id) !== undefined) ascend(id)
  const unknown = listed.filter(({ id }) => lineage.get(id) === undefined && !before.has(id))
  const ids = new Set(unknown.map(({ id }) => id))
  return unknown.filter(({ parents }) => !parents.some((parent) => ids.has(parent)))
}
