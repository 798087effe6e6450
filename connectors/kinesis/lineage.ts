import { ancestorsOf } from './ancestors.ts'
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
  /** Those that must be finished first. One that has expired is taken out. */
  readonly parents: readonly string[]
  readonly range: HashRange
}

export type KnownShard = RootShard | ChildShard

/** A lineage as a checkpoint keeps it. */
export type LineageJson = {
  readonly shards: readonly {
    readonly id: string
    readonly kind: 'root' | 'child'
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
  /** Those that have children here. */
  readonly #parents = new Set<string>()

  /** Begins with shards that need nothing before them, and their descendants among `listed`. */
  static startingWith(roots: readonly ListedShard[], listed: readonly ListedShard[]): Lineage {
    const lineage = new Lineage()
    for (const { id, range } of roots) lineage.#shards.set(id, { kind: 'root', id, parents: [], range })
    lineage.learnAll(listed)
    return lineage
  }

  static fromJson({ shards, finished }: LineageJson): Lineage {
    const lineage = new Lineage()
    for (const { id, kind, parents, range } of shards) {
      lineage.#add(kind === 'root' ? { kind, id, parents: [], range } : { kind, id, parents, range })
    }
    for (const id of finished) lineage.#finished.add(id)
    return lineage
  }

  toJson(): LineageJson {
    return {
      shards: [...this.#shards.values()].map(({ id, kind, parents, range: { start, end } }) => ({
        id,
        kind,
        parents,
        range: { start, end },
      })),
      finished: [...this.#finished],
    }
  }

  get(id: string): KnownShard | undefined {
    return this.#shards.get(id)
  }

  /** Whether a child is known: then it has ended. */
  hasChildren(id: string): boolean {
    return this.#parents.has(id)
  }

  childrenOf(id: string): readonly string[] {
    return [...this.#shards.values()]
      .filter(({ parents }) => parents.some((parent) => parent === id))
      .map((child) => child.id)
  }

  /** Takes in children of a shard that has ended. Other parents of theirs may not be known yet: they are waited for. */
  learnChildren(children: readonly ListedShard[]): void {
    for (const { id, parents, range } of this.#descendantsIn(children)) {
      this.#add({ kind: 'child', id, parents, range })
    }
  }

  /**
   * Takes in all descendants of known shards. Of a shard that was listed, a parent that was not has expired; one that was
   * listed is unknown because it comes before a root, or because all between it and a known shard has expired: only the
   * latter is waited for. A shard that was not listed may be younger than the listing, and so may its parents be: they
   * are waited for.
   */
  learnAll(listed: readonly ListedShard[]): void {
    this.learnChildren(listed)
    const ids = new Set(listed.map(({ id }) => id))
    const before = this.beforeRoots(listed)
    const counts = (id: string) => this.#shards.has(id) || (ids.has(id) && !before.has(id))
    for (const shard of this.unfinished) if (ids.has(shard.id)) this.#waitOnlyFor(shard, counts)
  }

  /** Listed shards that come before those the job began with, and are not to be read. */
  beforeRoots(listed: readonly ListedShard[]): ReadonlySet<string> {
    const roots = [...this.#shards.values()].filter(({ kind }) => kind === 'root').map(({ id }) => id)
    return ancestorsOf(roots, listed)
  }

  /** Takes in shards whose parents are unknown and have expired, and their descendants. */
  adopt(orphans: readonly ListedShard[], listed: readonly ListedShard[]): void {
    for (const { id, range } of orphans) this.#add({ kind: 'child', id, parents: [], range })
    this.learnAll(listed)
  }

  finish(id: string): void {
    if (this.#shards.has(id)) this.#finished.add(id)
  }

  /** Whether a shard that was known is not to be read any more. */
  isOver(id: string): boolean {
    return this.#finished.has(id) || !this.#shards.has(id)
  }

  get unfinished(): KnownShard[] {
    return [...this.#shards.values()].filter(({ id }) => !this.#finished.has(id))
  }

  /** The unfinished shards whose parents are all finished. Their ranges never overlap. */
  get readable(): KnownShard[] {
    return this.unfinished.filter(({ parents }) => parents.every((parent) => this.#finished.has(parent)))
  }

  /** Hash keys that no unfinished shard covers: records with those keys would never be read. */
  get hole(): HashRange | undefined {
    return firstHole(this.unfinished.map(({ range }) => range))
  }

  /** Hash keys of a shard that no known child of it goes on with. */
  holeAfter(id: string): HashRange | undefined {
    const children = this.childrenOf(id).map((child) => this.#shards.get(child)!.range)
    return firstHole(children, this.#shards.get(id)?.range)
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

  /**
   * Drops what is finished and has expired: nothing can refer to it any more. A shard expires after its parents: below
   * one that is listed a listing has only left it out, and would bring it back as one to be read.
   */
  forget(goneIds: ReadonlySet<string>, listedIds: ReadonlySet<string>): void {
    const gone = [...this.#finished].filter((id) => goneIds.has(id))
    const expired = this.#withoutDescendants(gone, listedIds)
    if (expired.size === 0) return
    for (const id of expired) {
      this.#finished.delete(id)
      this.#parents.delete(id)
      this.#shards.delete(id)
    }
    for (const shard of this.#shards.values()) this.#waitOnlyFor(shard, (parent) => !expired.has(parent))
  }

  /** Those that descend from none of the others, as far as every shard between them is one of those. */
  #withoutDescendants(ids: readonly string[], others: ReadonlySet<string>): ReadonlySet<string> {
    const [left, family] = [new Set(ids), new Set(others)]
    for (let size = -1; size !== left.size; ) {
      size = left.size
      for (const id of left) {
        if (this.#shards.get(id)?.parents.some((parent) => family.has(parent)) && left.delete(id))
          family.add(id)
      }
    }
    return left
  }

  #add(shard: KnownShard): void {
    this.#shards.set(shard.id, shard)
    for (const parent of shard.parents) this.#parents.add(parent)
  }

  #descendantsIn(listed: readonly ListedShard[]): Iterable<ListedShard> {
    const family = new Map<string, ListedShard>()
    const belongs = (id: string) => this.#shards.has(id) || family.has(id)
    for (let size = -1; size !== family.size; ) {
      size = family.size
      for (const shard of listed) {
        if (!belongs(shard.id) && shard.parents.some(belongs)) family.set(shard.id, shard)
      }
    }
    return family.values()
  }

  #waitOnlyFor(shard: KnownShard, counts: (parent: string) => boolean): void {
    if (shard.kind === 'root' || shard.parents.every(counts)) return
    this.#shards.set(shard.id, { ...shard, parents: shard.parents.filter(counts) })
  }
}
