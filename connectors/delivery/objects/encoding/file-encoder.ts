import type { Columns } from '../columns/column.ts'
import type { Batch, Told } from '../format.ts'
import type { TextCompression } from './compression/compressor.ts'
import type { RowGroupLimits } from './row-groups.ts'

/** How Parquet compresses pages. */
export type ParquetCompression = 'none' | 'snappy' | 'gzip' | 'zstd'

/** How a file is encoded: plain data, which goes to the thread that does it. */
export type Encoding =
  | {
      readonly kind: 'parquet'
      readonly writer: 'parquet-wasm' | 'parquetjs-lite'
      readonly columns: Columns
      readonly compression: ParquetCompression
      readonly rowGroup: RowGroupLimits
    }
  | { readonly kind: 'arrow'; readonly columns: Columns; readonly rowGroup: RowGroupLimits }
  | {
      readonly kind: 'text'
      readonly header: string
      /** Before that of the compression. */
      readonly extension: string
      readonly compression: TextCompression
    }

/** Makes the bytes of one file of its rows. */
export interface FileEncoder {
  /** What the file goes on with, after more rows. */
  add(batch: Batch): Promise<readonly Uint8Array[]> | readonly Uint8Array[]
  /** What the file ends with. */
  finish(): Promise<readonly Uint8Array[]> | readonly Uint8Array[]
}

/** Opens the encoder of a file. What it needs is loaded when it is first used. */
export async function openEncoder(encoding: Encoding, told: Told): Promise<FileEncoder> {
  switch (encoding.kind) {
    case 'parquet': {
      const { columns, compression, rowGroup } = encoding
      if (encoding.writer === 'parquetjs-lite') {
        const { ParquetjsFile } = await import('./parquetjs-file.ts')
        return new ParquetjsFile(columns, compression, rowGroup)
      }
      const { ParquetWasmFile } = await import('./parquet-wasm-file.ts')
      return new ParquetWasmFile(columns, compression, rowGroup, told)
    }
    case 'arrow': {
      const { ArrowFile } = await import('./arrow-file.ts')
      return new ArrowFile(encoding.columns, encoding.rowGroup, told)
    }
    case 'text': {
      const { header, extension, compression } = encoding
      const { TextFile } = await import('./text-file.ts')
      if (compression === 'none') return new TextFile(header, undefined)
      const { openCompressor } = await import('./compression/open-compressor.ts')
      return new TextFile(header, await openCompressor(compression, { extension, told }))
    }
  }
}
