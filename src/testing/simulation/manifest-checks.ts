import { type Manifest, partsOf, type SourceEntry } from '../../checkpoint/manifest.ts'
import type { CommitPermit, Committable } from '../../contract/sink.ts'
import type { World } from './world.ts'

/** The lineage of a Kinesis source, as its checkpoint has it. */
interface Lineage {
  readonly shards: readonly {
    readonly id: string
    readonly range: { readonly start: string; readonly end: string }
  }[]
  readonly finished: readonly string[]
}

const lastHashKey = 2n ** 128n - 1n

/** Checks every checkpoint that is published, and every commit against the checkpoints. */
export class ManifestChecks {
  readonly #world: World
  readonly #published = new Map<number, Manifest>()
  readonly #onCut: (manifest: Manifest) => void
  #last: Manifest | undefined
  #fellBack = false

  /** @param onCut Told of each checkpoint that does more than to claim the job. */
  constructor(world: World, onCut: (manifest: Manifest) => void = () => {}) {
    this.#world = world
    this.#onCut = onCut
  }

  get last(): Manifest | undefined {
    return this.#last
  }

  /** The checkpoint of an epoch, if it counts. */
  of(epoch: number): Manifest | undefined {
    return this.#published.get(epoch)
  }

  /** Whether a checkpoint was lost, so that what it committed is committed once more in another way. */
  get fellBack(): boolean {
    return this.#fellBack
  }

  /** The newest manifest is torn: the job goes on with the one before it, in the epoch after it. */
  fallBackTo(manifest: Manifest): void {
    this.#fellBack = true
    this.#last = { ...manifest, epoch: this.#last!.epoch }
  }

  /**
   * A manifest is in the storage, for everybody to see. Gives whether it counts: under a name that is free again, a run
   * that was taken over may still write one. Nobody may go by it, so its commits are refused.
   */
  published(manifest: Manifest, isStored: (part: string) => boolean): boolean {
    const { epoch, generation } = manifest
    if (this.#last !== undefined && epoch <= this.#last.epoch) return false
    const missing = partsOf(manifest).find(({ name }) => !isStored(name))
    if (missing !== undefined) this.#breaks(manifest, `was published before its part ${missing.name}`)
    const last = this.#last
    this.#last = manifest
    this.#published.set(epoch, manifest)
    if (last !== undefined) this.#follows(last, manifest)
    else if (generation !== epoch) this.#breaks(manifest, `is the first, of generation ${generation}`)
    for (const [name, entry] of Object.entries(manifest.sources)) this.#tiles(manifest, name, entry)
    if (generation !== epoch) this.#onCut(manifest)
    return true
  }

  /** A sink makes visible what committables name. */
  committed(
    sink: string,
    committables: readonly Committable[],
    { epoch, generation }: Pick<CommitPermit, 'epoch' | 'generation'>,
  ): void {
    const manifest = this.#published.get(epoch)
    if (manifest === undefined) {
      this.#world.breaks(`sink ${sink} commits epoch ${epoch}, which was not published`)
      return
    }
    if (manifest.generation !== generation) {
      this.#world.breaks(
        `sink ${sink} commits epoch ${epoch} of generation ${generation}, but it is of ${manifest.generation}`,
      )
    }
    const carried = new Set(manifest.sinks[sink]?.committables.map((one) => JSON.stringify(one)))
    if (!committables.every((one) => carried.has(JSON.stringify(one))))
      this.#world.breaks(`sink ${sink} commits what epoch ${epoch} does not carry`)
  }

  /** Whether the last checkpoint has a shard as read to its end. */
  isFinished(source: string, shard: string): boolean {
    const lineage = this.#last && lineageOf(this.#last.sources[source])
    if (lineage === undefined) return false
    return lineage.finished.includes(shard) || !lineage.shards.some(({ id }) => id === shard)
  }

  #follows(last: Manifest, manifest: Manifest): void {
    const { epoch, generation, lineage } = manifest
    if (epoch !== last.epoch + 1) this.#breaks(manifest, `follows epoch ${last.epoch}`)
    if (generation < last.generation)
      this.#breaks(manifest, `is of generation ${generation}, which ${last.generation} has taken over from`)
    if (lineage !== last.lineage) this.#breaks(manifest, 'is of another history')
    if (generation > last.generation) {
      if (generation !== epoch) this.#breaks(manifest, `claims the job with generation ${generation}`)
      const { sources, operators, sinks } = last
      if (JSON.stringify({ sources, operators, sinks }) !== JSON.stringify(contentOf(manifest)))
        this.#breaks(manifest, 'claims the job with something else than the last checkpoint')
    }
    for (const [name, before] of Object.entries(last.sources)) {
      const after = manifest.sources[name]
      if (after === undefined) this.#breaks(manifest, `has lost source ${name}`)
      else this.#goesOn(manifest, before, after)
    }
  }

  /** Positions do not go back, and what is finished stays so. */
  #goesOn(manifest: Manifest, before: SourceEntry, after: SourceEntry): void {
    const lineage = lineageOf(after)
    const finished = new Set(lineage?.finished)
    const known = new Set(lineage?.shards.map(({ id }) => id))
    for (const [shard, position] of Object.entries(before.positions)) {
      const now = after.positions[shard]
      if (now === undefined && known.has(shard) && !finished.has(shard))
        this.#breaks(manifest, `has lost the position in ${shard}`)
      if (now !== undefined && numberOf(now) < numberOf(position))
        this.#breaks(manifest, `has gone back in ${shard}`)
    }
    for (const shard of lineageOf(before)?.finished ?? []) {
      if (known.has(shard) && !finished.has(shard))
        this.#breaks(manifest, `begins ${shard} again, which was read`)
    }
  }

  /** What is left to be read covers every hash key, so that no record can be put where nobody reads. */
  #tiles(manifest: Manifest, source: string, entry: SourceEntry): void {
    const lineage = lineageOf(entry)
    if (lineage === undefined) return
    const finished = new Set(lineage.finished)
    const ranges = lineage.shards
      .filter(({ id }) => !finished.has(id))
      .map(({ range }) => ({ start: BigInt(range.start), end: BigInt(range.end) }))
      .sort((a, b) => (a.start < b.start ? -1 : 1))
    let covered = -1n
    for (const { start, end } of ranges) {
      if (start > covered + 1n) break
      if (end > covered) covered = end
    }
    if (covered !== lastHashKey)
      this.#breaks(manifest, `leaves hash keys of source ${source} to nobody, from ${covered + 1n} on`)
  }

  #breaks({ epoch }: Manifest, what: string): void {
    this.#world.breaks(`the checkpoint of epoch ${epoch} ${what}`)
  }
}

function contentOf({ sources, operators, sinks }: Manifest) {
  return { sources, operators, sinks }
}

function lineageOf(entry: SourceEntry | undefined): Lineage | undefined {
  const { lineage } = (entry?.enumerator ?? {}) as { readonly lineage?: Lineage | null }
  return lineage ?? undefined
}

function numberOf(position: string): bigint {
  return BigInt(position.split(':')[0]!)
}
