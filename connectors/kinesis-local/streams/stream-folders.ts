import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ResidentSegments } from '../log/resident-segments.ts'
import { SegmentFolder } from '../log/segment-folder.ts'
import { descriptionFile, readDescription, writeDescription } from './description-file.ts'
import type { StreamDescription } from './stream-description.ts'

/** How many sealed segments of all streams together stay in memory. */
const residentSegments = 32

/**
 * The streams in a data folder: `stream-1`, `stream-2` and so on, each with its description and a folder per shard. The
 * stream's name is not part of any path. A folder appears by a rename when it is complete and goes by a rename before
 * it is emptied, so a crash leaves no half of a stream.
 *
 * Which shards a stream has, its description alone decides, and that is replaced as a whole. A shard's folder is made
 * before a description names it and deleted after none does any more; one that a crash left over is swept up.
 */
export class StreamFolders {
  readonly #path: string
  readonly #resident = new ResidentSegments(residentSegments)
  #last = 0

  constructor(path: string) {
    this.#path = path
    mkdirSync(path, { recursive: true })
  }

  existing(): StreamFolder[] {
    const entries = readdirSync(this.#path)
    for (const entry of entries) {
      if (/^(?:unfinished|deleted)-\d+$/.test(entry)) rmSync(join(this.#path, entry), { recursive: true })
    }
    const numbers = entries
      .filter((entry) => /^stream-\d+$/.test(entry))
      .map((entry) => Number(entry.slice(7)))
    this.#last = Math.max(0, ...numbers)
    return numbers.map((number) => this.#open(number))
  }

  create(description: StreamDescription): StreamFolder {
    const number = ++this.#last
    const unfinished = join(this.#path, `unfinished-${number}`)
    mkdirSync(unfinished)
    writeDescription(join(unfinished, descriptionFile), description)
    renameSync(unfinished, join(this.#path, `stream-${number}`))
    return this.#folder(number, description)
  }

  #open(number: number): StreamFolder {
    const path = join(this.#path, `stream-${number}`)
    const description = readDescription(join(path, descriptionFile))
    const described = new Set(description.shards.map(({ index }) => `shard-${index}`))
    for (const entry of readdirSync(path)) {
      if (/^shard-\d+$/.test(entry) && !described.has(entry)) rmSync(join(path, entry), { recursive: true })
    }
    return this.#folder(number, description)
  }

  #folder(number: number, description: StreamDescription): StreamFolder {
    const path = join(this.#path, `stream-${number}`)
    const shardPath = (index: number) => join(path, `shard-${index}`)
    return {
      description,
      segmentsOf: (index) => new SegmentFolder(shardPath(index), this.#resident),
      write: (changed) => writeDescription(join(path, descriptionFile), changed),
      deleteShard: (index) => rmSync(shardPath(index), { recursive: true, force: true }),
      delete: () => {
        const deleted = join(this.#path, `deleted-${number}`)
        renameSync(path, deleted)
        rmSync(deleted, { recursive: true })
      },
    }
  }
}

/** One stream on disk. */
export interface StreamFolder {
  /** As it was when the folder was opened. */
  readonly description: StreamDescription
  segmentsOf(shardIndex: number): SegmentFolder
  write(description: StreamDescription): void
  deleteShard(shardIndex: number): void
  delete(): void
}
