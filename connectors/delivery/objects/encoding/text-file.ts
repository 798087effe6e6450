import zlib from 'node:zlib'
import type { Batch } from '../format.ts'
import type { FileEncoder, TextCompression } from './file-encoder.ts'

/** Compressors are fed blocks of this size, so that what they make of a text does not depend on how it came. */
const blockBytes = 256 * 1024

const compressors: Readonly<Record<Exclude<TextCompression, 'none'>, () => zlib.Gzip>> = {
  gzip: () => zlib.createGzip(),
  zstd: () => createZstd(),
}

/** Whether this Node has Zstandard: from 22.15 on. */
export const hasZstd = 'createZstdCompress' in zlib

function createZstd(): zlib.Gzip {
  const { createZstdCompress } = zlib as typeof zlib & { createZstdCompress: () => zlib.Gzip }
  return createZstdCompress()
}

/** Texts one after the other, after a header. */
export class TextFile implements FileEncoder {
  readonly #compressor: zlib.Gzip | undefined
  readonly #compressed: Uint8Array[] = []
  #waiting: Uint8Array[]
  #waitingBytes: number

  constructor(header: string, compression: TextCompression) {
    const first = Buffer.from(header)
    this.#waiting = [first]
    this.#waitingBytes = first.length
    if (compression === 'none') return
    this.#compressor = compressors[compression]()
    this.#compressor.on('data', (bytes: Uint8Array) => this.#compressed.push(bytes))
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
    const compressor = this.#compressor
    if (compressor === undefined) return last
    await new Promise((resolve, reject) => compressor.on('end', resolve).on('error', reject).end())
    return [...last, ...this.#compressed.splice(0)]
  }

  async #written(text: Buffer): Promise<readonly Uint8Array[]> {
    const compressor = this.#compressor
    if (compressor === undefined) return text.length === 0 ? [] : [text]
    for (let at = 0; at < text.length; at += blockBytes) {
      const block = text.subarray(at, at + blockBytes)
      await new Promise<void>((resolve, reject) => {
        compressor.write(block, (error) => (error ? reject(error) : resolve()))
      })
    }
    return this.#compressed.splice(0)
  }
}
