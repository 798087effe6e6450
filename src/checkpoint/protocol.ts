import { type Manifest, partsOf } from './manifest.ts'

/**
 * The decisions of the checkpoint protocol, as functions over observed facts.
 *
 * A run claims its job by publishing the next epoch, a copy of the last good one under a generation of its own. From
 * then on an older run that is still alive finds each epoch that it wants to publish taken, or a later one beside it, and
 * stops.
 */

/** What was found at an epoch. */
export type Candidate =
  | { readonly epoch: number; readonly manifest: Manifest }
  | { readonly epoch: number; readonly damage: string }

/** What a starting run does. */
export type Start =
  | { readonly decision: 'begin'; readonly nextEpoch: number }
  | { readonly decision: 'continue'; readonly manifest: Manifest; readonly nextEpoch: number }
  | { readonly decision: 'refuse'; readonly reason: string }

/**
 * Decides from the newest epoch down. `candidates` ends at the first one that is good, or holds all there are.
 */
export function decideStart(candidates: readonly Candidate[]): Start {
  const newest = candidates[0]
  if (newest === undefined) return { decision: 'begin', nextEpoch: 1 }
  for (const candidate of candidates) {
    if ('manifest' in candidate) {
      return { decision: 'continue', manifest: candidate.manifest, nextEpoch: newest.epoch + 1 }
    }
  }
  const damages = candidates.map(
    (candidate) => `epoch ${candidate.epoch}: ${'damage' in candidate ? candidate.damage : ''}`,
  )
  return { decision: 'refuse', reason: damages.join('; ') }
}

/** The manifest by which a run claims the job. */
export function claim(last: Manifest, epoch: number, createdAt: number): Manifest {
  return { ...last, epoch, generation: epoch, createdAt }
}

/** What is to be deleted once an epoch is published: all but the last `keep` epochs, and parts that none of them has. */
export function obsolete(
  retained: readonly Manifest[],
  epochs: readonly number[],
  parts: readonly string[],
  ownGeneration: number,
): { readonly epochs: readonly number[]; readonly parts: readonly string[] } {
  const kept = new Set(retained.map((manifest) => manifest.epoch))
  const oldestKept = Math.min(...kept)
  const used = new Set(retained.flatMap(partsOf).map((part) => part.name))
  return {
    epochs: epochs.filter((epoch) => epoch < oldestKept),
    parts: parts.filter((part) => !used.has(part) && generationOf(part) <= ownGeneration),
  }
}

/** Parts carry the generation that wrote them, so that a run never deletes what a later one is about to use. */
export function partName(generation: number, checksum: string): string {
  return `parts/${String(generation).padStart(12, '0')}-${checksum}`
}

export const partPrefix = 'parts/'

function generationOf(part: string): number {
  return Number(part.slice(partPrefix.length, partPrefix.length + 12))
}
