import { closeSync, ftruncateSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'

/** One segment on disk. It only grows; what a failed append leaves behind is cut off again. */
export class SegmentFile {
  readonly path: string
  #size: number
  #descriptor: number | undefined

  /** `size` is what the file holds; 0 for one that does not exist yet. */
  constructor(path: string, size: number) {
    this.path = path
    this.#size = size
  }

  /** Returns after the system has taken all bytes: they survive the death of this process. */
  append(bytes: Buffer): void {
    this.#descriptor ??= openSync(this.path, 'a')
    try {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(this.#descriptor, bytes, written, bytes.length - written)
      }
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#size)
      throw error
    }
    this.#size += bytes.length
  }

  read(): Buffer {
    return readFileSync(this.path)
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  delete(): void {
    this.close()
    unlinkSync(this.path)
  }
}
