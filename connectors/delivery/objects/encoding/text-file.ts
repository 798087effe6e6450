import type { Batch } from '../format.ts'
import { blockBytes, type Compressor } from './compression/compressor.ts'
import type { FileEncoder } from './file-encoder.ts'

/** Texts one after the other, after a header. */
export class TextFile implements FileEncoder {
  readonly #compressor: Compressor | undefined
  #waiting: Uint8Array[]
  #waitingBytes: number

  /** @param compressor None for the text as it is. */
  constructor(header: string, compressor: Compressor | undefined) {
    const first = Buffer.from(header)
    this.#waiting = [first]
    this.#waitingBytes = first.length
    this.#compressor = compressor
  }

  async add({ packed: [text = new Uint8Array()] }: Batch): Promise<readonly Uint8Array[]> {
    this.#waiting.push(text)
    this.#waitingBytes += text.length
    if (this.#waitingBytes < blockBytes) return []
    const all = Buffer.concat(this.#waiting)
    const whole = all.length - (all.length % blockBytes)
    // A copy, since what is written may be given away with its memory.
    this.#waiting = [Uint8Array.from(all.subarray(whole))]
    this.#waitingBytes = all.length - whole
    return this.#written(all.subarray(0, whole))
  }

  async finish(): Promise<readonly Uint8Array[]> {
    const last = await this.#written(Buffer.concat(this.#waiting))
    return this.#compressor === undefined ? last : [...last, ...(await this.#compressor.finish())]
  }

  async #written(text: Buffer): Promise<readonly Uint8Array[]> {
    if (this.#compressor === undefined) return text.length === 0 ? [] : [text]
    const compressed: Uint8Array[] = []
    for (let at = 0; at < text.length; at += blockBytes)
      compressed.push(...(await this.#compressor.add(text.subarray(at, at + blockBytes))))
    return compressed
  }
}
