import { randomUUID } from 'node:crypto'
import { readdir, readFile, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DurableFolders, syncFolder } from '../../src/contract/durable-folders.ts'
import type { ObjectContent, ObjectStage, StagedObject } from '../../src/contract/object-destination.ts'
import type { Committable } from '../../src/contract/sink.ts'
import { hasContent, writeContent } from './file-content.ts'
import { ifThere, orSinkFailed } from './file-error.ts'
import { fileNames } from './file-names.ts'
import { publishFiles, stagedFile } from './publish-files.ts'

/** Where writers stage. The names say no `.parquet`, so no reader that globs for files sees one that is not done. */
const staging = '_staging'

/** A folder as a destination: staged files lie aside, and get their names by `link`, which is atomic and replaces nothing. */
export class FolderStage implements ObjectStage {
  readonly lanes = 1
  readonly #folder: string
  readonly #writer: string
  readonly #folders: DurableFolders
  /** Relative to the folder; `undefined` until somebody looked. */
  #leftovers: readonly string[] | undefined

  constructor(folder: string, writer: string) {
    this.#folder = folder
    this.#writer = writer
    this.#folders = new DurableFolders(folder)
  }

  async open(): Promise<this> {
    const path = join(this.#folder, staging, this.#writer)
    await orSinkFailed('cannot open the folder', this.#folder, () => this.#folders.make(path))
    return this
  }

  whereIs(name: string): string {
    return join(this.#folder, name)
  }

  names(wanted: (name: string) => boolean): Promise<readonly string[]> {
    const find = () => fileNames(this.#folder, staging, wanted)
    return orSinkFailed('cannot list the folder', this.#folder, find)
  }

  async stage(file: string, content: AsyncIterable<Uint8Array>): Promise<StagedObject> {
    const staged = `${staging}/${this.#writer}/${randomUUID()}.staged`
    const path = join(this.#folder, staged)
    const written = await orSinkFailed('cannot stage a file', path, async () => {
      await this.#folders.make(dirname(path))
      const done = await writeContent(path, content)
      await syncFolder(dirname(path))
      return done
    })
    return { staged, file, ...written }
  }

  publish(objects: readonly Committable[]): Promise<void> {
    return publishFiles(this.#folder, this.#folders, objects)
  }

  async sizes(wanted: (name: string) => boolean): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>()
    const names = await this.names(wanted)
    await orSinkFailed('cannot list the folder', this.#folder, async () => {
      for (const name of names) {
        const size = (await ifThere(stat(join(this.#folder, name))))?.size
        if (size !== undefined) found.set(name, size)
      }
    })
    return found
  }

  read(name: string): Promise<Uint8Array | undefined> {
    const path = join(this.#folder, name)
    return orSinkFailed('cannot read a published file', path, () => ifThere(readFile(path)))
  }

  async stillStaged(objects: readonly Committable[]): Promise<ReadonlySet<string>> {
    const there = new Set<string>()
    for (const { staged, file } of objects.map(stagedFile)) {
      const path = join(this.#folder, staged)
      const found = await orSinkFailed('cannot read a staged file', path, () => ifThere(stat(path)))
      if (found !== undefined) there.add(file)
    }
    return there
  }

  holds(name: string, content: ObjectContent): Promise<boolean | undefined> {
    const path = join(this.#folder, name)
    return orSinkFailed('cannot read a published file', path, () => hasContent(path, content))
  }

  async look(): Promise<void> {
    if (this.#leftovers !== undefined) return
    const path = join(this.#folder, staging, this.#writer)
    const found = await orSinkFailed('cannot list the folder', path, () => ifThere(readdir(path)))
    this.#leftovers = (found ?? []).map((name) => `${staging}/${this.#writer}/${name}`)
  }

  async discard(): Promise<void> {
    const leftovers = this.#leftovers ?? []
    this.#leftovers = []
    for (const leftover of leftovers) {
      const path = join(this.#folder, leftover)
      await orSinkFailed('cannot delete a staged file', path, () => ifThere(unlink(path)))
    }
  }

  async close(): Promise<void> {}
}
