import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, type FileFacts, factsOf, isGone } from './file-facts.ts'
import { type FilePattern, isCompressed, type PathPart } from './file-pattern.ts'

/** What is on the disk for some patterns. */
export interface Listing {
  /** Each file once, under the first of its names. */
  readonly files: ReadonlyMap<string, FileFacts>
  /** Folders and files that could not be looked at, and why. */
  readonly refused: ReadonlyMap<string, string>
}

/** `**` looks no further down than this. */
const deepest = 64

/** The files that match any of the patterns; compressed ones are left out. */
export async function matchingFiles(patterns: readonly FilePattern[]): Promise<Listing> {
  const looking = new Looking()
  for (const { base, parts } of patterns) await looking.below(base, parts, 0)
  return looking
}

/** All files right in a folder but compressed ones; `undefined` if it cannot be looked at. One that is gone has none. */
export async function filesIn(folder: string): Promise<readonly FileFacts[] | undefined> {
  const looking = new Looking()
  await looking.below(folder, [{ kind: 'name', name: /^/ }], 0)
  return looking.refused.has(folder) ? undefined : [...looking.files.values()]
}

class Looking implements Listing {
  readonly files = new Map<string, FileFacts>()
  readonly refused = new Map<string, string>()

  async below(folder: string, [part, ...rest]: readonly PathPart[], depth: number): Promise<void> {
    if (part === undefined) return
    if (part.kind === 'any-folders') {
      // `**` at the end means all files below.
      if (rest.length === 0) return this.below(folder, [part, { kind: 'name', name: /^(?!\.)/ }], depth)
      await this.below(folder, rest, depth)
    }
    for (const entry of await this.#entries(folder)) await this.#entry(folder, entry, part, rest, depth)
  }

  async #entry(
    folder: string,
    entry: Dirent,
    part: PathPart,
    rest: readonly PathPart[],
    depth: number,
  ): Promise<void> {
    const path = join(folder, entry.name)
    if (part.kind === 'any-folders') {
      // Links to folders are not followed here: they may lead back.
      const enters = entry.isDirectory() && !entry.name.startsWith('.') && depth < deepest
      if (enters) await this.below(path, [part, ...rest], depth + 1)
    } else if (part.name.test(entry.name)) {
      if (rest.length > 0) {
        if (entry.isDirectory() || entry.isSymbolicLink()) await this.below(path, rest, depth)
      } else if (!isCompressed(entry.name) && !entry.isDirectory()) await this.#file(path)
    }
  }

  async #file(path: string): Promise<void> {
    try {
      const facts = await factsOf(path)
      if (facts !== undefined && !this.files.has(facts.id)) this.files.set(facts.id, facts)
    } catch (error) {
      this.refused.set(path, codeOf(error))
    }
  }

  /** In the order of their names, so that a file with two names always has the same one. */
  async #entries(folder: string): Promise<Dirent[]> {
    try {
      const entries = await readdir(folder, { withFileTypes: true })
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    } catch (error) {
      if (!isGone(error)) this.refused.set(folder, codeOf(error))
      return []
    }
  }
}
