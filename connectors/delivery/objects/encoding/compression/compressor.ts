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
