import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ResidentSegments } from '../log/resident-segments.ts'
import { SegmentFolder } from '../log/segment-folder.ts'
import { storeCorrupt } from '../log/store-corrupt.ts'
import type { StreamDescription } from './local-stream.ts'

/** How many sealed segments of all streams together stay in memory. */
const residentSegments = 32
const descriptionFile = 'stream.json'

/**
 * The streams in a data folder: `stream-1`, `stream-2` and so on, each with its description and a folder per shard. The
 * stream's name is not part of any path. A folder appears by a rename when it is complete and goes by a rename before
 * it is emptied, so a crash leaves no half of a stream.
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
    writeFileSync(
      join(unfinished, descriptionFile),
      `${JSON.stringify({ format: 1, ...description }, null, 2)}\n`,
    )
    renameSync(unfinished, join(this.#path, `stream-${number}`))
    return this.#folder(number, description)
  }

  #open(number: number): StreamFolder {
    const file = join(this.#path, `stream-${number}`, descriptionFile)
    return this.#folder(number, readDescription(file))
  }

  #folder(number: number, description: StreamDescription): StreamFolder {
    const path = join(this.#path, `stream-${number}`)
    return {
      description,
      segmentsOf: (shard) => new SegmentFolder(join(path, `shard-${shard}`), this.#resident),
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
  readonly description: StreamDescription
  segmentsOf(shardIndex: number): SegmentFolder
  delete(): void
}

function readDescription(file: string): StreamDescription {
  try {
    const { format, ...description } = JSON.parse(readFileSync(file, 'utf8'))
    if (format !== 1) throw new Error(`format ${format} is unknown to this version`)
    return description as StreamDescription
  } catch (error) {
    throw storeCorrupt(file, 0, 'the description of a stream cannot be read', error)
  }
}
