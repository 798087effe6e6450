import { type Manifest, partsOf, type Unusable } from './manifest.ts'

/**
 * The decisions of the checkpoint protocol, as functions over observed facts.
 *
 * A run claims its job by publishing the next epoch, a copy of the last good one under a generation of its own. From
 * then on an older run that is still alive finds each epoch that it wants to publish taken, or a higher one there, and
 * stops.
 */

/** What was found at an epoch. */
export type Candidate =
  | { readonly epoch: number; readonly manifest: Manifest }
  | ({ readonly epoch: number } & Unusable)

/** What a starting run does. */
export type Start =
  | { readonly decision: 'begin'; readonly nextEpoch: number }
  | { readonly decision: 'continue'; readonly manifest: Manifest; readonly nextEpoch: number }
  | ({ readonly decision: 'refuse'; readonly reason: string } & Pick<Unusable, 'later'>)

/**
 * Decides from the newest epoch down. `candidates` ends at the first one that is good or of a later format, or holds all
 * there are. What lies before one of a later format is not gone back to: it is no damage, and sinks show what came after.
 */
export function decideStart(candidates: readonly Candidate[]): Start {
  const newest = candidates[0]
  if (newest === undefined) return { decision: 'begin', nextEpoch: 1 }
  for (const candidate of candidates) {
    if ('manifest' in candidate) {
      return { decision: 'continue', manifest: candidate.manifest, nextEpoch: newest.epoch + 1 }
    }
    if (candidate.later)
      return { decision: 'refuse', reason: `epoch ${candidate.epoch}: ${candidate.damage}`, later: true }
  }
  const damages = candidates.map(
    (candidate) => `epoch ${candidate.epoch}: ${'damage' in candidate ? candidate.damage : ''}`,
  )
  return { decision: 'refuse', reason: damages.join('; ') }
}

/** What a run does that is told to restore a savepoint. */
export type Restore = 'restore' | 'continue' | 'refuse'

/**
 * Decides whether a savepoint is restored. It is not when the job was restored from it before: a run that is started again
 * with the same options goes on, and does not lose what it did since. Where there is another history, sinks may show
 * results that are later than the savepoint, so that going back has to be asked for.
 *
 * @param last The newest good checkpoint of the job; `undefined` if it has none.
 */
export function decideRestore(
  last: Pick<Manifest, 'origin'> | undefined,
  savepoint: string,
  rewind: boolean,
): Restore {
  if (last === undefined) return 'restore'
  if (last.origin === savepoint) return 'continue'
  return rewind ? 'restore' : 'refuse'
}

/** The manifest by which a run claims the job. */
export function claim(last: Manifest, epoch: number, createdAt: number): Manifest {
  return { ...last, epoch, generation: epoch, createdAt }
}

/** What became of an epoch that a run has written: only `'published'` leaves the job to it. */
export type Publication = 'published' | 'taken' | 'overtaken'

/**
 * Decides whether an epoch counts, by the outcome of its write and by the epochs that there are after it.
 *
 * That the name was free does not say that the job is still this run's: one that was stopped for long enough finds the
 * epoch free again that another has published meanwhile, and deleted as obsolete. But the newest epoch is never deleted,
 * so whoever was overtaken sees a higher one.
 */
export function publicationOf(
  epoch: number,
  outcome: 'written' | 'taken',
  epochs: readonly number[],
): Publication {
  if (outcome === 'taken') return 'taken'
  return epochs.some((other) => other > epoch) ? 'overtaken' : 'published'
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

/**
 * Parts carry the generation that wrote them, so that a run never deletes what a later one is about to use, and the epoch
 * that they were written for: no name comes back after its part was deleted. A request to delete may happen late, or once
 * more, long after its answer.
 */
export function partName(generation: number, epoch: number, checksum: string): string {
  const [written, first] = [generation, epoch].map((number) => String(number).padStart(12, '0'))
  return `${partPrefix}${written}-${first}-${checksum}`
}

/** The same part under the name that another generation gives it, with the epoch of its claim. */
export function renamedPart(name: string, generation: number): string {
  return partName(generation, generation, name.slice(name.lastIndexOf('-') + 1))
}

/** The same manifest, naming its parts as a generation does. */
export function withPartNames(manifest: Manifest, generation: number): Manifest {
  const parts = new Set(partsOf(manifest).map(({ name }) => name))
  const renamed = (_key: string, value: unknown) =>
    typeof value === 'object' && value !== null && 'name' in value && parts.has(String(value.name))
      ? { ...value, name: renamedPart(String(value.name), generation) }
      : value
  const inside = <T>(snapshots: T): T => JSON.parse(JSON.stringify(snapshots, renamed))
  const sinks = Object.entries(manifest.sinks).map(([name, sink]) => [
    name,
    { ...sink, state: inside(sink.state) },
  ])
  return { ...manifest, operators: inside(manifest.operators), sinks: Object.fromEntries(sinks) }
}

export const partPrefix = 'parts/'

function generationOf(part: string): number {
  return Number(part.slice(partPrefix.length, partPrefix.length + 12))
}
