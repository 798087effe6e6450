import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'

/** What is known of a sealed segment without reading it. */
export interface SealedFacts {
  /** The counter of its first record. */
  readonly first: number
  readonly count: number
  readonly sizeBytes: number
  readonly firstArrivalMs: number
  readonly lastArrivalMs: number
}

/**
 * The facts of all sealed segments of a shard, so that a start need not read them. A line of the file is
 *
 *     CRC-32 of the rest, 8 hexadecimal digits | space | JSON of the facts | newline
 *
 * The file only saves time: a segment whose line is missing, torn or damaged is read as a whole.
 */
export class SealedIndex {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** By the counter of the first record. */
  read(): Map<number, SealedFacts> {
    const facts = textOf(this.#path).split('\n').flatMap(factsIn)
    return new Map(facts.map((one) => [one.first, one]))
  }

  append(facts: SealedFacts): void {
    appendFileSync(this.#path, lineOf(facts))
  }

  /** From now on these are all, to the byte: a torn end would spoil the line that is appended to it. */
  become(all: readonly SealedFacts[]): void {
    const text = all.map(lineOf).join('')
    if (textOf(this.#path) === text) return
    const unfinished = `${this.#path}.new`
    writeFileSync(unfinished, text)
    renameSync(unfinished, this.#path)
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function lineOf({ first, count, sizeBytes, firstArrivalMs, lastArrivalMs }: SealedFacts): string {
  const content = JSON.stringify({ first, count, sizeBytes, firstArrivalMs, lastArrivalMs })
  return `${checksum(content)} ${content}\n`
}

/** The facts of a sound line; nothing for any other. */
function factsIn(line: string): SealedFacts[] {
  const content = line.slice(9)
  return line.slice(0, 9) === `${checksum(content)} ` ? [JSON.parse(content) as SealedFacts] : []
}

function checksum(content: string): string {
  return crc32(content).toString(16).padStart(8, '0')
}
