import type { Duplex, Readable, Writable } from 'node:stream'
import zlib from 'node:zlib'
import type { Compressor } from './compressor.ts'

/** Whether this Node has Zstandard: from 22.15 on. */
export const hasZstd = 'createZstdCompress' in zlib

export function gzip(): Compressor {
  const stream = zlib.createGzip()
  return new StreamCompressor(stream, stream)
}

export function zstd(): Compressor {
  const { createZstdCompress } = zlib as typeof zlib & { createZstdCompress: () => Duplex }
  const stream = createZstdCompress()
  return new StreamCompressor(stream, stream)
}

/** A compressor that is a stream of Node's: what is written at one end comes out compressed at the other. */
export class StreamCompressor implements Compressor {
  readonly #input: Writable
  readonly #ended: Promise<void>
  readonly #compressed: Uint8Array[] = []

  constructor(input: Writable, output: Readable) {
    this.#input = input
    output.on('data', (bytes: Uint8Array) => this.#compressed.push(bytes))
    this.#ended = new Promise((resolve, reject) => {
      output.on('end', resolve).on('error', reject)
      input.on('error', reject)
    })
    // Who writes is told first.
    this.#ended.catch(() => undefined)
  }

  async add(block: Uint8Array): Promise<readonly Uint8Array[]> {
    await new Promise<void>((resolve, reject) => {
      this.#input.write(block, (error) => (error ? reject(error) : resolve()))
    })
    return this.#compressed.splice(0)
  }

  async finish(): Promise<readonly Uint8Array[]> {
    this.#input.end()
    await this.#ended
    return this.#compressed.splice(0)
  }
}
