import type { RowRange } from './file-name.ts'
import type { Batch, Format, OpenBatch, Packed } from './format.ts'
import { type Cut, type Origin, unknownOrigin } from './ledger/cut.ts'
import type { LedgerFile, LedgerHead } from './ledger/ledger-object.ts'
import type { OpenFacts } from './roll-policy.ts'

/** Rows as they come are packed when there are so many bytes of them: what is packed has no room to grow. */
const looseBytes = 2 ** 20

/** A file that readers may see, of rows that are not finished in the checkpoint that the job started from. */
export interface PublishedFile extends RowRange {
  readonly partition: string
  /** Relative to the sink's folder. */
  readonly file: string
  /** What the ledger says of it; `undefined` if it was published when there was none. */
  listed?: ListedInLedger
}

/** A line of the ledger, and the name of the code that wrote it. */
export type ListedInLedger = LedgerFile & Pick<LedgerHead, 'code'>

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
  readonly rows: Iterable<Batch>
  readonly sizeBytes: number
  /** The same rows are published already, and must be the same bytes. */
  readonly published: PublishedFile | undefined
  readonly origin: Origin
}

/** The rows of a partition that are in no finished file, and the ordinal of the first of them. */
export class OpenFile implements OpenFacts {
  readonly partition: string
  /** What a replay will give again, in order. */
  readonly published: PublishedFile[] = []
  first: number
  /** One less than `first` if there is no row. */
  lastRow: number
  sizeBytes: number
  openedAt: number
  /** After what records its rows come; `undefined` as long as it has none. */
  begins: Cut | undefined
  /** All rows but the loose ones, in order. */
  pieces: readonly Piece[]
  readonly #format: Format<never>
  /** Opened with its first row: most partitions of many have none. */
  #loose: OpenBatch<never> | undefined
  #looseBytes = 0

  constructor(
    partition: string,
    format: Format<never>,
    restored: Partial<Pick<OpenFile, 'first' | 'pieces' | 'sizeBytes' | 'openedAt' | 'begins'>> = {},
  ) {
    this.partition = partition
    this.#format = format
    this.first = restored.first ?? 0
    this.pieces = restored.pieces ?? []
    this.lastRow = this.pieces.at(-1)?.last ?? this.first - 1
    this.sizeBytes = restored.sizeBytes ?? 0
    this.openedAt = restored.openedAt ?? 0
    this.begins = restored.begins
  }

  /** How many rows are not packed. */
  get looseRows(): number {
    return this.#loose?.rows ?? 0
  }

  get rows(): number {
    return this.lastRow + 1 - this.first
  }

  get publishedTo(): number | undefined {
    return this.published[0]?.last
  }

  /** Itself: an object for every row would cost more than to write it. */
  get facts(): OpenFacts {
    return this
  }

  /**
   * Takes a row of the format and gives what it weighs.
   *
   * @throws InvalidRow if the format refuses it; the file is then as it was.
   */
  append(row: unknown, now: number): number {
    this.#loose ??= this.#format.open()
    const sizeBytes = this.#loose.append(row as never)
    this.lastRow++
    if (this.lastRow === this.first) this.openedAt = now
    this.sizeBytes += sizeBytes
    this.#looseBytes += sizeBytes
    if (this.#looseBytes >= looseBytes) this.#takeLoose()
    return sizeBytes
  }

  /** Makes a piece of the loose rows, and keeps no room for more. */
  pack(): void {
    this.#takeLoose()
    this.#loose = undefined
  }

  #takeLoose(): void {
    const loose = this.#loose
    this.#looseBytes = 0
    if (loose === undefined || loose.rows === 0) return
    const { partition, lastRow: last } = this
    const first = last + 1 - loose.rows
    this.pieces = [...this.pieces, { partition, first, last, packed: loose.take(), saved: false }]
  }

  /** Takes the rows out; the next row begins another file. */
  finish(origin: Origin = unknownOrigin): FinishedFile {
    this.pack()
    const { partition, first, lastRow: last, sizeBytes } = this
    const rows = batchesOf(this.pieces)
    const published = this.published.shift()
    this.first = last + 1
    this.pieces = []
    this.sizeBytes = 0
    return { partition, first, last, rows, sizeBytes, published, origin }
  }
}

/** One after the other: rows on disk are read when they are wanted. */
function* batchesOf(pieces: readonly Piece[]): Generator<Batch> {
  for (const { packed, first, last } of pieces) yield { packed, rows: last + 1 - first }
}
