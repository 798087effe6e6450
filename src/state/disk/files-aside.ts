import { closeSync, readSync } from 'node:fs'
import { MillraceError } from '../../errors.ts'
import type { ReadBytes } from '../files/state-file.ts'
import { namelessFile, writeAll } from './nameless-file.ts'

/** Files of a checkpoint one after another on disk, until all of their values are loaded: together they may be larger than memory. */
export class FilesAside {
  readonly #file: number
  #sizeBytes = 0

  constructor(folder: string) {
    this.#file = namelessFile(folder)
  }

  add(content: Buffer): ReadBytes {
    const begin = this.#sizeBytes
    writeAll(this.#file, content, begin)
    this.#sizeBytes += content.length
    return (from, until) => {
      const bytes = Buffer.allocUnsafeSlow(until - from)
      for (let at = 0; at < bytes.length; ) {
        const read = readSync(this.#file, bytes, at, bytes.length - at, begin + from + at)
        if (read === 0) throw new MillraceError('STORE_FAILED', 'a file of keyed state on disk was cut off')
        at += read
      }
      return bytes
    }
  }

  close(): void {
    closeSync(this.#file)
  }
}
