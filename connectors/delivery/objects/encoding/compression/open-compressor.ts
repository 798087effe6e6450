import type { Compressor, TextCompression, TextFacts } from './compressor.ts'

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
      const { zipEntry } = await import('./zip-entry.ts')
      return zipEntry(facts)
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
