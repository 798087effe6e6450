import { randomUUID } from 'node:crypto'
import { link, readdir, readFile, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { blobName, isBlobName } from '../contract/blob-name.ts'
import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import { DurableFolders, syncFolder, writeDurably } from '../contract/durable-folders.ts'
import { MillraceError } from '../errors.ts'

/** Where blobs are written before they get their names. No blob's name begins with `_`, so none is ever listed. */
const unnamed = '_unnamed'

/** No write lasts as long: a file without a name that is this much older than a new one has lost its writer. */
const abandonedAfterMs = 10 * 60_000

/** Whoever writes here besides may be killed at any time: after so many writes it is seen to. */
const writesBetweenLooks = 100

/**
 * Keeps checkpoints in a folder of this machine, one file for each blob. The folder is made with the first blob.
 * Several processes may use it at the same time, on any file system that has hard links.
 *
 * @throws MillraceError `STORE_FAILED`, by every method, when the disk is full or the folder cannot be used.
 */
export function folderStore(folder: string): CheckpointStore {
  return new FolderStore(folder)
}

class FolderStore implements CheckpointStore {
  readonly description: string
  readonly #root: string
  readonly #folders: DurableFolders
  /** Files without a name that this store is writing. */
  readonly #drafts = new Set<string>()
  #writesUntilLook = 0

  constructor(folder: string) {
    this.description = `folder ${folder}`
    this.#root = resolve(folder)
    this.#folders = new DurableFolders(this.#root)
  }

  async writeOnce(name: string, content: Uint8Array): Promise<'written' | 'taken'> {
    const file = join(this.#root, blobName(name))
    return orFailed('cannot write a checkpoint', file, async () => {
      const id = randomUUID()
      const draft = join(this.#root, unnamed, id)
      this.#drafts.add(id)
      await this.#folders.make(dirname(draft))
      await this.#folders.make(dirname(file))
      try {
        await writeDurably(draft, content)
        await this.#clean(draft)
        const outcome = await nameOnce(draft, file)
        // Also when it is taken: whoever took it may not have come to this yet.
        await syncFolder(dirname(file))
        return outcome
      } finally {
        // A blob that has its name is written, even if the draft stays for the next cleaning.
        await unlink(draft).catch(() => undefined)
        this.#drafts.delete(id)
      }
    })
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const file = join(this.#root, blobName(name))
    return orFailed('cannot read a checkpoint', file, () => ifThere<Uint8Array>(readFile(file)))
  }

  async list(prefix: string): Promise<string[]> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
    if (folder !== '' && !isBlobName(folder.slice(0, -1))) return []
    const names = await orFailed('cannot list checkpoints', join(this.#root, folder), () =>
      namesBelow(this.#root, folder),
    )
    return names.filter((name) => name.startsWith(prefix)).sort()
  }

  async delete(name: string): Promise<void> {
    const file = join(this.#root, blobName(name))
    await orFailed('cannot delete a checkpoint', file, () => ifThere(unlink(file)))
  }

  /**
   * Deletes what killed writers left behind. As long as there is something that may be left, every write looks. Times are
   * compared within the file system, by its own clock.
   */
  async #clean(draft: string): Promise<void> {
    this.#writesUntilLook -= 1
    if (this.#writesUntilLook > 0) return
    this.#writesUntilLook = writesBetweenLooks
    const now = (await stat(draft)).mtimeMs
    for (const leftover of await readdir(dirname(draft))) {
      if (this.#drafts.has(leftover)) continue
      const file = join(dirname(draft), leftover)
      const written = (await ifThere(stat(file)))?.mtimeMs ?? now
      if (now - written > abandonedAfterMs) await ifThere(unlink(file))
      else this.#writesUntilLook = 0
    }
  }
}

/** `link` gives a file its name only if nobody has the name: of several writers one wins. */
async function nameOnce(draft: string, file: string): Promise<'written' | 'taken'> {
  try {
    await link(draft, file)
    return 'written'
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return 'taken'
    throw error
  }
}

async function namesBelow(root: string, folder: string): Promise<string[]> {
  const entries = (await ifThere(readdir(join(root, folder), { withFileTypes: true }))) ?? []
  const names: string[] = []
  for (const entry of entries) {
    const name = folder + entry.name
    if (!isBlobName(name)) continue
    if (entry.isDirectory()) names.push(...(await namesBelow(root, `${name}/`)))
    else if (entry.isFile()) names.push(name)
  }
  return names
}

async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

async function orFailed<T>(happened: string, file: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt()
  } catch (cause) {
    throw new MillraceError('STORE_FAILED', `${happened}: ${reasonOf(cause)}`, { where: { file }, cause })
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function reasonOf(cause: unknown): string {
  return String(codeOf(cause) ?? cause)
}
