import { closeSync, openSync, writeSync } from 'node:fs'
import type { Entry } from './answer.ts'
import type { Query } from './queries.ts'

const flushAtChars = 1_000_000

/**
 * An answer as a file of lines of JSON. A line is a row, `{"auction":1,…}`; if rows have a key, it is a row and what
 * becomes of it, `{"op":"+U","row":{…}}`.
 */
export class AnswerFile {
  readonly #file: number
  readonly #keyed: boolean
  #lines = ''

  /** @throws Error what the system says, if the file cannot be written. */
  constructor(path: string, { answer }: Query) {
    this.#file = openSync(path, 'w')
    this.#keyed = answer !== 'rows'
  }

  write({ op, row }: Entry): void {
    this.#lines += `${JSON.stringify(this.#keyed ? { op, row } : row)}\n`
    if (this.#lines.length > flushAtChars) this.#flush()
  }

  close(): void {
    this.#flush()
    closeSync(this.#file)
  }

  #flush(): void {
    const bytes = Buffer.from(this.#lines)
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written)
    this.#lines = ''
  }
}
