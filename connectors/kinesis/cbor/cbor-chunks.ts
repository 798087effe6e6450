import { CborReader, cutOff } from './cbor-reader.ts'

/** Reads one more piece of a body, and changes nothing if it throws; `false` if the body was complete before. */
export type Step = (reader: CborReader) => boolean

/** More than a small record takes. */
const usuallyEnough = 4096

/**
 * Reads CBOR from the chunks of a body where they lie: only what a chunk ends in the middle of is copied, with the chunk
 * that completes it. So whoever keeps a view of the bytes keeps one chunk, not the body.
 */
export class CborChunks {
  readonly #step: Step
  /** What the last chunk ended in the middle of, and how many bytes there must be for another try. */
  #rest: Buffer[] = []
  #restBytes = 0
  #needed = 0
  #complete = false

  constructor(step: Step) {
    this.#step = step
  }

  /** @throws SyntaxError */
  push(chunk: Buffer): void {
    if (this.#restBytes === 0) {
      this.#run(chunk)
      return
    }
    this.#rest.push(chunk)
    this.#restBytes += chunk.length
    if (this.#restBytes >= this.#needed) this.#join(chunk)
  }

  /** @throws SyntaxError If something is missing, or left over. */
  end(): void {
    this.#run(Buffer.concat(this.#rest))
    if (!this.#complete) throw cutOff
    if (this.#restBytes > 0) throw new SyntaxError('the body goes on after the end of its CBOR')
  }

  /** One step over what was left and the beginning of the chunk that completes it; then on in that chunk. */
  #join(chunk: Buffer): void {
    const before = this.#restBytes - chunk.length
    const rest = this.#rest.slice(0, -1)
    const enough = Math.max(this.#needed - before, usuallyEnough)
    for (const beginning of [chunk.subarray(0, enough), chunk]) {
      const joined = Buffer.concat([...rest, beginning])
      const read = this.#run(joined, 1)
      if (read > before) {
        this.#run(chunk.subarray(read - before))
        return
      }
      if (read > 0) {
        this.#run(Buffer.concat([...rest, chunk]).subarray(read))
        return
      }
    }
    // Looked at again only when there is twice as much, so that a long item is not copied over and over.
    this.#needed = Math.max(this.#needed, 2 * this.#restBytes)
  }

  /** Takes steps as far as they go; how many bytes that took. The others are left for later. */
  #run(bytes: Buffer, mostSteps = Number.POSITIVE_INFINITY): number {
    const reader = new CborReader(bytes)
    let read = 0
    try {
      for (let steps = 0; steps < mostSteps && !this.#complete; steps++) {
        if (!this.#step(reader)) this.#complete = true
        read = reader.at
      }
    } catch (error) {
      if (error !== cutOff) throw error
    }
    const rest = bytes.subarray(read)
    this.#rest = rest.length > 0 ? [rest] : []
    this.#restBytes = rest.length
    this.#needed = reader.needed - read
    return read
  }
}
