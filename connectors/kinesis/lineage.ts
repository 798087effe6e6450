import { firstHole, type HashRange, overlap } from './hash-range.ts'
import type { ListedShard } from './kinesis-api.ts'

/** A shard without a parent that must be read first. The job's starting position holds for these alone. */
export interface RootShard {
  readonly kind: 'root'
  readonly id: string
  readonly parents: readonly []
  readonly range: HashRange
}

/** A shard that begins where its parents end. It has no place for a starting position: it begins with its first record. */
export interface ChildShard {
  readonly kind: 'child'
  readonly id: string
  readonly parents: readonly [string, ...string[]]
  readonly range: HashRange
}

export type KnownShard = RootShard | ChildShard

/** A lineage as a checkpoint keeps it. */
export type LineageJson = {
  readonly shards: readonly {
    readonly id: string
    readonly parents: readonly string[]
    readonly range: { readonly start: string; readonly end: string }
  }[]
  readonly finished: readonly string[]
}

/**
 * Which shards there are to read, which of them are finished, and what may be read next. It only ever takes in
 * children of shards it knows, so ancestors of the roots never come back, and every shard comes in once.
 */
export class Lineage {
  readonly #shards = new Map<string, KnownShard>()
  readonly #finished = new Set<string>()

  /** Begins with shards that need nothing before them. Parents outside the list count as read. */
  static startingWith(listed: readonly ListedShard[]): Lineage {
    const lineage = new Lineage()
    const ids = new Set(listed.map(({ id }) => id))
    for (const shard of listed) {
      if (!shard.parents.some((parent) => ids.has(parent))) lineage.#add(shard, [])
    }
    lineage.learn(listed)
    return lineage
  }

  static fromJson({ shards, finished }: LineageJson): Lineage {
    const lineage = new Lineage()
    for (const shard of shards) lineage.#add(shard, shard.parents)
    for (const id of finished) lineage.#finished.add(id)
    return lineage
  }

  toJson(): LineageJson {
    return {
      shards: [...this.#shards.values()].map(({ id, parents, range: { start, end } }) => ({
        id,
        parents,
        range: { start, end },
      })),
      finished: [...this.#finished],
    }
  }

  get(id: string): KnownShard | undefined {
    return this.#shards.get(id)
  }

  isFinished(id: string): boolean {
    return this.#finished.has(id)
  }

  /** Takes in the children, grandchildren and so on of known shards. A parent that is neither known nor listed has expired. */
  learn(listed: readonly ListedShard[]): void {
    const family = this.#descendantsIn(listed)
    for (const shard of family.values()) {
      this.#add(
        shard,
        shard.parents.filter((parent) => this.#shards.has(parent) || family.has(parent)),
      )
    }
  }

  finish(id: string): void {
    if (this.#shards.has(id)) this.#finished.add(id)
  }

  get unfinished(): KnownShard[] {
    return [...this.#shards.values()].filter(({ id }) => !this.#finished.has(id))
  }

  /** The unfinished shards whose parents are all finished. Their ranges never overlap. */
  get readable(): KnownShard[] {
    return this.unfinished.filter(({ parents }) => parents.every((parent) => this.#isDone(parent)))
  }

  /** Hash keys that no unfinished shard covers: records with those keys would never be read. */
  get hole(): HashRange | undefined {
    return firstHole(this.unfinished.map(({ range }) => range))
  }

  /** Two shards that could be read at the same time though they share hash keys. */
  get overlapping(): readonly [string, string] | undefined {
    const readable = this.readable
    for (const [i, a] of readable.entries()) {
      const b = readable.slice(i + 1).find(({ range }) => overlap(a.range, range))
      if (b !== undefined) return [a.id, b.id]
    }
    return undefined
  }

  /** Drops what is finished and no longer listed: nothing can refer to it any more. */
  forgetExpired(listedIds: ReadonlySet<string>): void {
    for (const id of this.#finished) {
      if (listedIds.has(id)) continue
      this.#finished.delete(id)
      this.#shards.delete(id)
    }
  }

  #descendantsIn(listed: readonly ListedShard[]): Map<string, ListedShard> {
    const family = new Map<string, ListedShard>()
    const belongs = (id: string) => this.#shards.has(id) || family.has(id)
    for (let size = -1; size !== family.size; ) {
      size = family.size
      for (const shard of listed) {
        if (!belongs(shard.id) && shard.parents.some(belongs)) family.set(shard.id, shard)
      }
    }
    return family
  }

  #isDone(parent: string): boolean {
    return this.#finished.has(parent) || !this.#shards.has(parent)
  }

  #add({ id, range }: ListedShard, parents: readonly string[]): void {
    const [first, ...others] = parents
    const shard: KnownShard =
      first === undefined
        ? { kind: 'root', id, parents: [], range }
        : { kind: 'child', id, parents: [first, ...others], range }
    this.#shards.set(id, shard)
  }
}
