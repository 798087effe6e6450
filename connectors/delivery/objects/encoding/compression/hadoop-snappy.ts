import type { Compressor } from './compressor.ts'

type Snappy = Pick<typeof import('snappy'), 'compressSync'>

/** Hadoop's readers have 256 KiB for a block; its own writers leave as much free as could be needed if it grew. */
const hadoopBlockBytes = 128 * 1024

/**
 * What Hadoop's `SnappyCodec` reads and writes:
 *
 *     file:  block*
 *     block: u32 size of the text · chunk
 *     chunk: u32 size of what follows · raw Snappy        numbers are big-endian
 */
export class HadoopSnappy implements Compressor {
  readonly #snappy: Snappy

  private constructor(snappy: Snappy) {
    this.#snappy = snappy
  }

  static async open(): Promise<Compressor> {
    return new HadoopSnappy(await import('snappy'))
  }

  async add(block: Uint8Array): Promise<readonly Uint8Array[]> {
    const pieces: Uint8Array[] = []
    for (let at = 0; at < block.length; at += hadoopBlockBytes) {
      const text = block.subarray(at, at + hadoopBlockBytes)
      const chunk = this.#snappy.compressSync(text)
      pieces.push(bigEndian(text.length), bigEndian(chunk.length), chunk)
    }
    return pieces
  }

  async finish(): Promise<readonly Uint8Array[]> {
    return []
  }
}

function bigEndian(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
