import { epochOf, type Manifest, manifestName, partsOf } from '../../../src/checkpoint/manifest.ts'
import { rowsOf } from './program.ts'
import type { Publication, World } from './world.ts'

/** What must be true whatever has happened: the first thing that is not, in words. */
export function brokenInvariant(world: World): string | undefined {
  const history = world.published.filter(({ stale }) => !stale)
  return brokenHistory(history) ?? missingPart(world, history) ?? wrongRows(world, history)
}

/** There is one history: each epoch is the next one, and goes on where the one before it ends or is a copy of it. */
function brokenHistory(history: readonly Publication[]): string | undefined {
  for (const [index, { manifest }] of history.entries()) {
    const before = history[index - 1]?.manifest
    if (manifest.epoch !== (before?.epoch ?? 0) + 1) return `epoch ${manifest.epoch} follows ${before?.epoch}`
    const [rows] = rowsOf(manifest.sinks['lake']?.committables)
    const reached = before === undefined ? 0 : positionOf(before)
    if (rows !== undefined && rows.from !== reached && !isCopy(manifest, before))
      return `epoch ${manifest.epoch} begins at ${rows.from}, the one before it ends at ${reached}`
  }
  return undefined
}

/** Nothing is gone that a later run may start from. */
function missingPart({ blobs, published }: World, history: readonly Publication[]): string | undefined {
  const newest = history.at(-1)?.manifest.epoch ?? 0
  if (newest > 0 && !blobs.has(manifestName(newest))) return `the newest epoch ${newest} is deleted`
  const stale = new Set(published.filter((one) => one.stale).map(({ manifest }) => manifest.epoch))
  for (const { manifest } of history) {
    if (!blobs.has(manifestName(manifest.epoch)) || stale.has(manifest.epoch)) continue
    const part = partsOf(manifest).find(({ name }) => !blobs.has(name))
    if (part !== undefined) return `epoch ${manifest.epoch} names ${part.name}, which is deleted`
  }
  const unknown = [...blobs.keys()].find((name) => (epochOf(name) ?? 0) > newest)
  return unknown && `${unknown} was never published`
}

/** No row is visible twice or before a checkpoint holds it, and what is missing the newest checkpoint brings. */
function wrongRows({ committed }: World, history: readonly Publication[]): string | undefined {
  const newest = history.at(-1)?.manifest
  const visible = new Map(committed)
  for (const rows of rowsOf(newest?.sinks['lake']?.committables))
    visible.set(`${rows.from}-${rows.end}`, rows)
  let reached = 0
  for (const { from, end } of [...visible.values()].sort((a, b) => a.from - b.from)) {
    if (from < reached) return `rows ${from} to ${reached} are visible twice`
    if (from > reached) return `rows ${reached} to ${from} are lost`
    reached = end
  }
  const position = newest === undefined ? 0 : positionOf(newest)
  if (reached === position) return undefined
  return `rows are visible up to ${reached}, and the newest checkpoint is at ${position}`
}

function positionOf(manifest: Manifest): number {
  return Number(manifest.sources['orders']?.enumerator ?? 0)
}

function isCopy(manifest: Manifest, other: Manifest | undefined): boolean {
  const content = (one: Manifest | undefined) => JSON.stringify([one?.sources, one?.operators, one?.sinks])
  return content(manifest) === content(other)
}
