import { closeSync, ftruncateSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'

/** One segment on disk. It only grows; what a failed append leaves behind is cut off again. */
export class SegmentFile {
  readonly path: string
  #size: number
  #descriptor: number | undefined
  /** The file may hold more than `#size`: an append failed, and what it left could not be cut off either. */
  #torn = false

  /** `size` is what the file holds; 0 for one that does not exist yet. */
  constructor(path: string, size: number) {
    this.path = path
    this.#size = size
  }

  /** Returns after the system has taken all bytes: they survive the death of this process. */
  append(bytes: Buffer): void {
    this.#descriptor ??= openSync(this.path, 'a')
    if (this.#torn) this.#cutOff(this.#descriptor)
    try {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(this.#descriptor, bytes, written, bytes.length - written)
      }
    } catch (error) {
      this.#torn = true
      try {
        this.#cutOff(this.#descriptor)
      } catch {
        // The next append tries again before it writes.
      }
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

  #cutOff(descriptor: number): void {
    ftruncateSync(descriptor, this.#size)
    this.#torn = false
  }
}
