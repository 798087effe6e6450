import type { AsyncBuffer } from 'hyparquet'
import { MillraceError, reasons } from '../../../src/errors.ts'
import type { ArchivedFile } from './archive-place.ts'
import { type ArchiveRow, archiveColumns } from './archive-row.ts'

/** The part of hyparquet that is used. */
type Hyparquet = Pick<typeof import('hyparquet'), 'parquetMetadataAsync' | 'parquetReadObjects'>

/** So many rows of a file, which are read together. */
export interface RowGroup {
  readonly file: string
  readonly rowStart: number
  readonly rowEnd: number
}

/** Reads Parquet files. The package that does so is loaded when it is wanted. */
export class ParquetRows {
  readonly #open: (name: string) => Promise<ArchivedFile>
  #hyparquet: Promise<Hyparquet> | undefined

  constructor(open: (name: string) => Promise<ArchivedFile>) {
    this.#open = open
  }

  /** @throws MillraceError `SOURCE_FAILED` for what is no archive. */
  async groupsOf(file: string): Promise<readonly RowGroup[]> {
    return this.#reading(file, async ({ parquetMetadataAsync }, buffer) => {
      const { row_groups: groups } = await parquetMetadataAsync(buffer)
      let rowEnd = 0
      return groups.map(({ num_rows: rows }) => {
        const rowStart = rowEnd
        rowEnd += Number(rows)
        return { file, rowStart, rowEnd }
      })
    })
  }

  /** @param columns Which of them to read. Default: all. */
  async rows(
    group: RowGroup,
    columns: readonly (keyof ArchiveRow)[] = allColumns,
  ): Promise<readonly ArchiveRow[]> {
    const { file, rowStart, rowEnd } = group
    return this.#reading(file, async ({ parquetReadObjects }, buffer) => {
      const rows = await parquetReadObjects({ file: buffer, rowStart, rowEnd, columns: [...columns] })
      return rows as unknown as ArchiveRow[]
    })
  }

  async #reading<T>(file: string, read: (library: Hyparquet, buffer: AsyncBuffer) => Promise<T>): Promise<T> {
    this.#hyparquet ??= loaded()
    const library = await this.#hyparquet
    const opened = await this.#open(file)
    try {
      return await read(library, bufferOf(opened))
    } catch (cause) {
      throw new MillraceError('SOURCE_FAILED', `a file of the archive cannot be read: ${reasons(cause)[0]}`, {
        where: { file },
        cause,
      })
    }
  }
}

const allColumns = Object.keys(archiveColumns) as (keyof ArchiveRow)[]

function bufferOf({ sizeBytes, read }: ArchivedFile): AsyncBuffer {
  return {
    byteLength: sizeBytes,
    slice: async (start, end = sizeBytes) => {
      const bytes = await read(start < 0 ? sizeBytes + start : start, end < 0 ? sizeBytes + end : end)
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    },
  }
}

async function loaded(): Promise<Hyparquet> {
  try {
    return await import('hyparquet')
  } catch (cause) {
    throw new MillraceError(
      'OPTION_INVALID',
      'reading an archive needs the package hyparquet: npm install hyparquet',
      {
        cause,
      },
    )
  }
}
