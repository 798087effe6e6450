import type { LineageJson } from './lineage.ts'

/**
 * Which shards a listing has shown. One that is known, from the end of its parent, but was never listed is not gone: it
 * is younger than the listing.
 */
export class OnceListed {
  readonly #ids: Set<string>

  /** From a checkpoint: all known shards but the `unlisted`. */
  constructor(lineage: LineageJson | null, unlisted: readonly string[] = []) {
    const never = new Set(unlisted)
    this.#ids = new Set(lineage?.shards.map(({ id }) => id).filter((id) => !never.has(id)))
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  /** Takes in a listing, and gives those that were listed before and are not any more. */
  note(ids: ReadonlySet<string>): ReadonlySet<string> {
    const gone = new Set([...this.#ids].filter((id) => !ids.has(id)))
    for (const id of ids) this.#ids.add(id)
    for (const id of gone) this.#ids.delete(id)
    return gone
  }

  /** For the checkpoint: what has not been listed of the known shards; `undefined` if all were. */
  unlisted(lineage: LineageJson | null): readonly string[] | undefined {
    const ids = lineage?.shards.map(({ id }) => id).filter((id) => !this.#ids.has(id)) ?? []
    return ids.length > 0 ? ids : undefined
  }
}
