import type { Told } from '../../format.ts'

/** How the bytes of texts are compressed. */
export type TextCompression = 'none' | 'gzip' | 'zip' | 'snappy' | 'hadoop-snappy' | 'zstd'

/** Blocks of this size, but for the last, so that what is made of a text does not depend on how it came. */
export const blockBytes = 256 * 1024

/** Compresses one text, block by block. */
export interface Compressor {
  /** What the file goes on with. The memory of the block may be gone afterwards. */
  add(block: Uint8Array): Promise<readonly Uint8Array[]>
  /** What the file ends with. */
  finish(): Promise<readonly Uint8Array[]>
}

/** What a compression may want to know of its file. */
export interface TextFacts {
  /** Such as `jsonl`: the extension before that of the compression. */
  readonly extension: string
  readonly told: Told
}

/** Opens the compressor of a file; the package that it needs is loaded when it is first used. */
export async function openCompressor(
  compression: Exclude<TextCompression, 'none'>,
  facts: TextFacts,
): Promise<Compressor> {
  switch (compression) {
    case 'gzip': {
      const { gzip } = await import('./zlib-stream.ts')
      return gzip()
    }
    case 'zstd': {
      const { hasZstd, zstd } = await import('./zlib-stream.ts')
      if (hasZstd) return zstd()
      const { ZstdFrames } = await import('./zstd-frames.ts')
      return ZstdFrames.open()
    }
    case 'zip': {
      const { ZipEntry } = await import('./zip-entry.ts')
      return ZipEntry.open(facts)
    }
    case 'snappy': {
      const { SnappyFrames } = await import('./snappy-frames.ts')
      return SnappyFrames.open()
    }
    case 'hadoop-snappy': {
      const { HadoopSnappy } = await import('./hadoop-snappy.ts')
      return HadoopSnappy.open()
    }
  }
}
