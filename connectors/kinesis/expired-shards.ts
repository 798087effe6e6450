import { overlap } from './hash-range.ts'
import type { ListedShard } from './kinesis-api.ts'
import type { KnownShard, Lineage } from './lineage.ts'
import type { OnceListed } from './once-listed.ts'

/**
 * Shards that expired before they were read to their end. One that was never listed may only be younger than the
 * listing.
 */
export function expiredUnread(
  lineage: Lineage,
  listed: readonly ListedShard[],
  onceListed: Pick<OnceListed, 'has'>,
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
  expired: readonly KnownShard[],
  listed: readonly ListedShard[],
): void {
  for (const { id } of expired) lineage.finish(id)
  lineage.learnAll(listed)
  const heirs = orphans(lineage, listed).filter(({ range }) =>
    expired.some((shard) => overlap(shard.range, range)),
  )
  lineage.adopt(heirs, listed)
}

/**
 * Listed shards that descend from the lineage through none that is known, the first of each branch. What else it lacks
 * comes before its roots, by parents that are all listed: a shard expires after its parents.
 */
function orphans(lineage: Lineage, listed: readonly ListedShard[]): readonly ListedShard[] {
  const before = lineage.beforeRoots(listed)
  const unknown = listed.filter(({ id }) => lineage.get(id) === undefined && !before.has(id))
  const ids = new Set(unknown.map(({ id }) => id))
  return unknown.filter(({ parents }) => !parents.some((parent) => ids.has(parent)))
}
