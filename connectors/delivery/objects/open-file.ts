import type { RowRange } from './file-name.ts'
import type { Format, Packed, Row } from './format.ts'
import type { OpenFacts } from './roll-policy.ts'

/** Rows as they come are packed when there are so many: packed they take a tenth of the memory. */
const looseRows = 1024

/** A file that readers may see, of rows that are not finished in the checkpoint that the job started from. */
export interface PublishedFile extends RowRange {
  readonly partition: string
  /** Relative to the sink's folder. */
  readonly file: string
}

/** Some consecutive rows of a partition. */
export interface Piece extends RowRange {
  readonly partition: string
  readonly packed: Packed
  /** Whether a chunk of the last checkpoint holds it. */
  readonly saved: boolean
}

/** Rows of a partition that make a file. */
export interface FinishedFile extends RowRange {
  readonly partition: string
  readonly rows: Iterable<Row>
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
  sizeBytes: number
  openedAt: number
  /** All rows but the loose ones, in order. */
  pieces: readonly Piece[]
  readonly #format: Format<never>
  #loose: Row[] = []

  constructor(
    partition: string,
    format: Format<never>,
    restored: Partial<Pick<OpenFile, 'first' | 'pieces' | 'sizeBytes' | 'openedAt'>> = {},
  ) {
    this.partition = partition
    this.#format = format
    this.first = restored.first ?? 0
    this.pieces = restored.pieces ?? []
    this.sizeBytes = restored.sizeBytes ?? 0
    this.openedAt = restored.openedAt ?? 0
  }

  /** One less than `first` if there is no row. */
  get lastRow(): number {
    return this.#lastPacked + this.#loose.length
  }

  /** How many rows are not packed. */
  get looseRows(): number {
    return this.#loose.length
  }

  get facts(): OpenFacts {
    const { first, lastRow, sizeBytes, openedAt, published } = this
    return { rows: lastRow + 1 - first, lastRow, sizeBytes, openedAt, publishedTo: published[0]?.last }
  }

  append(row: Row, sizeBytes: number, now: number): void {
    if (this.lastRow < this.first) this.openedAt = now
    this.#loose.push(row)
    this.sizeBytes += sizeBytes
    if (this.#loose.length >= looseRows) this.pack()
  }

  /** Makes a piece of the loose rows. */
  pack(): void {
    if (this.#loose.length === 0) return
    const { partition, lastRow: last } = this
    const packed = this.#format.pack(this.#loose)
    this.pieces = [...this.pieces, { partition, first: this.#lastPacked + 1, last, packed, saved: false }]
    this.#loose = []
  }

  /** Takes the rows out; the next row begins another file. */
  finish(): FinishedFile {
    const { partition, first, lastRow: last, sizeBytes } = this
    const rows = inOrder(this.#format, this.pieces, this.#loose)
    const published = this.published.shift()
    this.first = last + 1
    this.pieces = []
    this.#loose = []
    this.sizeBytes = 0
    return { partition, first, last, rows, sizeBytes, published }
  }

  get #lastPacked(): number {
    return this.pieces.at(-1)?.last ?? this.first - 1
  }
}

function* inOrder(format: Format<never>, pieces: readonly Piece[], loose: readonly Row[]): Generator<Row> {
  for (const { packed, first, last } of pieces) yield* format.unpack(packed, last + 1 - first)
  yield* loose
}
