import type { RowRange } from './file-name.ts'
import type { Row } from './format.ts'
import type { OpenFacts } from './roll-policy.ts'

/** A file that readers may see, of rows that are not finished in the checkpoint that the job started from. */
export interface PublishedFile extends RowRange {
  readonly partition: string
  /** Relative to the sink's folder. */
  readonly file: string
}

/** Rows of a partition that make a file. */
export interface FinishedFile extends RowRange {
  readonly partition: string
  readonly rows: readonly Row[]
  readonly sizeBytes: number
  /** The same rows are published already, and must be the same bytes. */
  readonly published: PublishedFile | undefined
}

/** The rows of a partition that are in no finished file, and the ordinal of the first of them. */
export class OpenFile {
  readonly partition: string
  /** What a replay will give again, in order. */
  readonly published: PublishedFile[] = []
  first: number
  rows: Row[]
  sizeBytes: number
  openedAt: number
  /** So many of the rows, from the first on, are in the state of an earlier checkpoint. */
  packed: number

  constructor(
    partition: string,
    restored: Partial<Pick<OpenFile, 'first' | 'rows' | 'sizeBytes' | 'openedAt'>> = {},
  ) {
    this.partition = partition
    this.first = restored.first ?? 0
    this.rows = restored.rows ?? []
    this.sizeBytes = restored.sizeBytes ?? 0
    this.openedAt = restored.openedAt ?? 0
    this.packed = this.rows.length
  }

  get lastRow(): number {
    return this.first + this.rows.length - 1
  }

  get facts(): OpenFacts {
    const { rows, lastRow, sizeBytes, openedAt, published } = this
    return { rows: rows.length, lastRow, sizeBytes, openedAt, publishedTo: published[0]?.last }
  }

  append(row: Row, sizeBytes: number, now: number): void {
    if (this.rows.length === 0) this.openedAt = now
    this.rows.push(row)
    this.sizeBytes += sizeBytes
  }

  /** Takes the rows out; the next row begins another file. */
  finish(): FinishedFile {
    const { partition, first, lastRow: last, rows, sizeBytes } = this
    const published = this.published.shift()
    this.first = last + 1
    this.rows = []
    this.sizeBytes = 0
    this.packed = 0
    return { partition, first, last, rows, sizeBytes, published }
  }
}
