import { MillraceError } from '../../../src/errors.ts'
import { ByteRun } from './columns/byte-run.ts'
import type { TextCompression } from './encoding/compression/compressor.ts'
import { hasZstd } from './encoding/compression/zlib-stream.ts'
import { encodedElsewhere } from './encoding/encoder-thread.ts'
import { type Format, InvalidRow, type OpenBatch, type Packed } from './format.ts'
import { requirePackages } from './required-packages.ts'

/** How files of text are compressed. */
export interface TextOptions {
  /**
   * `'zip'` is a ZIP archive with the one text in it, `'snappy'` Snappy's framing format, `'hadoop-snappy'` the blocks of Hadoop's
   * `SnappyCodec`. `'zip'` needs the package `yazl`, the two others `snappy`, and `'zstd'` Node 22.15 or later, or
   * `@bokuweb/zstd-wasm`. Default `'none'`.
   */
  readonly compression?: TextCompression
}

const endings: Readonly<Record<TextCompression, string>> = {
  none: '',
  gzip: '.gz',
  zip: '.zip',
  snappy: '.snappy',
  'hadoop-snappy': '.hsnappy',
  zstd: '.zst',
}

/** What is not part of Node. */
const packages: Readonly<Record<TextCompression, readonly string[]>> = {
  none: [],
  gzip: [],
  zip: ['yazl'],
  snappy: ['snappy'],
  'hadoop-snappy': ['snappy'],
  zstd: hasZstd ? [] : ['@bokuweb/zstd-wasm'],
}

/** A format in which a row is some bytes, and a file a header and the bytes of its rows. */
export function textFormat<T>(
  extension: string,
  layout: string,
  bytesOf: (row: T) => string | Uint8Array,
  { compression = 'none', header = '' }: TextOptions & { readonly header?: string },
): Format<T> {
  if (!Object.hasOwn(endings, compression))
    throw invalid(`the compression is ${String(compression)}; there are ${Object.keys(endings).join(', ')}`)
  requirePackages(`the compression ${compression}`, packages[compression])
  const encoding = { kind: 'text', header, extension, compression } as const
  return {
    extension: `${extension}${endings[compression]}`,
    layout,
    open: () => new TextBatch(bytesOf),
    encode: (rows, told = {}) => encodedElsewhere(encoding, rows, told),
  }
}

/** The bytes of rows, one after the other. */
class TextBatch<T> implements OpenBatch<T> {
  readonly #bytesOf: (row: T) => string | Uint8Array
  readonly #run = new ByteRun()
  rows = 0

  constructor(bytesOf: (row: T) => string | Uint8Array) {
    this.#bytesOf = bytesOf
  }

  append(row: T): number {
    const bytes = this.#bytesOf(row)
    const size = typeof bytes === 'string' ? this.#run.pushText(bytes) : this.#run.pushBytes(bytes)
    if (size < 0) throw new InvalidRow('a text has lone surrogates, which UTF-8 has no bytes for')
    this.rows++
    return size
  }

  take(): Packed {
    this.rows = 0
    return this.#run.take().slice(0, 1)
  }
}

function invalid(message: string): MillraceError {
  return new MillraceError('OPTION_INVALID', message)
}
