import type { AsyncBuffer, FileMetaData } from 'hyparquet'
import type { ArchivedFile } from '../../../src/contract/archive-place.ts'
import { MillraceError, reasons } from '../../../src/errors.ts'
import { type ArchiveRow, archiveColumns } from './archive-row.ts'

/** The part of hyparquet that is used. */
type Hyparquet = Pick<typeof import('hyparquet'), 'parquetMetadataAsync' | 'parquetReadObjects'>

/** So many rows of a file, which are read together. */
export interface RowGroup {
  readonly file: string
  readonly rowStart: number
  readonly rowEnd: number
}

/** So many files stay open: those that the shards are at, and those that are looked through at the same time. */
const filesKept = 16

interface OpenFile {
  readonly file: AsyncBuffer
  readonly metadata: FileMetaData
}

/** Reads Parquet files. The package that does so is loaded when it is wanted. */
export class ParquetRows {
  readonly #files = new Map<string, Promise<OpenFile>>()
  readonly #open: (name: string) => Promise<ArchivedFile>
  #hyparquet: Promise<Hyparquet> | undefined

  constructor(open: (name: string) => Promise<ArchivedFile>) {
    this.#open = open
  }

  /** @throws MillraceError `SOURCE_FAILED` for what is no archive. */
  async groupsOf(file: string): Promise<readonly RowGroup[]> {
    return this.#reading(file, async (_library, { metadata }) => {
      const { row_groups: groups } = metadata
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
    return this.#reading(file, async ({ parquetReadObjects }, opened) => {
      const rows = await parquetReadObjects({ ...opened, rowStart, rowEnd, columns: [...columns] })
      return rows as unknown as ArchiveRow[]
    })
  }

  async #reading<T>(file: string, read: (library: Hyparquet, opened: OpenFile) => Promise<T>): Promise<T> {
    this.#hyparquet ??= loaded()
    const library = await this.#hyparquet
    try {
      return await read(library, await this.#opened(file, library))
    } catch (cause) {
      this.#files.delete(file)
      if (cause instanceof MillraceError) throw cause
      throw new MillraceError('SOURCE_FAILED', `a file of the archive cannot be read: ${reasons(cause)[0]}`, {
        where: { file },
        cause,
      })
    }
  }

  #opened(name: string, { parquetMetadataAsync }: Hyparquet): Promise<OpenFile> {
    const opening =
      this.#files.get(name) ??
      this.#open(name).then(async (opened) => {
        const file = bufferOf(opened)
        return { file, metadata: await parquetMetadataAsync(file) }
      })
    // The one that was used last is let go last.
    this.#files.delete(name)
    this.#files.set(name, opening)
    for (const oldest of this.#files.keys()) {
      if (this.#files.size <= filesKept) break
      this.#files.delete(oldest)
    }
    return opening
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
