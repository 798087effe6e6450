import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MillraceError } from '../../../src/errors.ts'
import type { Packed } from './format.ts'

/** Where runs of bytes lie in a scratch file. */
export interface Place {
  readonly at: number
  readonly lengths: readonly number[]
}

/**
 * A file for bytes that need not survive this process, in the folder for temporary files. It has no name as soon as it is
 * open, so nothing is left of it however the process ends. Its input and output block: they are those of the page cache.
 */
export class ScratchFile {
  readonly #path: string
  readonly #handle: number
  #end = 0

  constructor(folder = tmpdir()) {
    this.#path = join(folder, `millrace-${randomUUID()}`)
    this.#handle = this.#orFailed(() => {
      const handle = openSync(this.#path, 'wx+', 0o600)
      unlinkSync(this.#path)
      return handle
    })
  }

  get sizeBytes(): number {
    return this.#end
  }

  write(runs: Packed): Place {
    const at = this.#end
    for (const run of runs) {
      for (let done = 0; done < run.length; ) {
        const rest = run.subarray(done)
        done += this.#orFailed(() => writeSync(this.#handle, rest, 0, rest.length, this.#end + done))
      }
      this.#end += run.length
    }
    return { at, lengths: runs.map(({ length }) => length) }
  }

  read({ at, lengths }: Place): Packed {
    let from = at
    return lengths.map((length) => {
      const run = new Uint8Array(length)
      for (let done = 0; done < length; ) {
        const read = this.#orFailed(() => readSync(this.#handle, run, done, length - done, from + done))
        if (read === 0) throw new MillraceError('SINK_FAILED', 'a file for spilled rows was cut off')
        done += read
      }
      from += length
      return run
    })
  }

  close(): void {
    closeSync(this.#handle)
  }

  #orFailed<T>(act: () => T): T {
    try {
      return act()
    } catch (cause) {
      const happened = `cannot use a file for spilled rows: ${String(cause)}; TMPDIR names the folder`
      throw new MillraceError('SINK_FAILED', happened, { where: { file: this.#path }, cause })
    }
  }
}
