/** Rows as a few runs of bytes, which follow from the format. Joining the runs of two joins their rows. */
export type Packed = readonly Uint8Array[]

/** Consecutive rows. */
export interface Batch {
  readonly packed: Packed
  readonly rows: number
}

/** The rows of a file, in order. The format that encodes them takes them over: their memory may be gone afterwards. */
export type Rows = Iterable<Batch>

/** Rows in the making. */
export interface OpenBatch<in T> {
  /** How many rows it holds. */
  readonly rows: number
  /**
   * Checks a row and takes what it holds. Gives what the row weighs before compression, in bytes, which depends on the
   * row alone. A row that throws leaves the batch as it was.
   *
   * @throws InvalidRow for a value that would not read back as it was.
   */
  append(row: T): number
  /** Gives the rows away, in memory of their own that is no larger than they are, and begins anew in the old one. */
  take(): Packed
}

/** What a file says of itself, if its format can. The same rows are always told the same way. */
export type Told = Readonly<Record<string, string>>

/** How rows become files. `T` is the row that the format takes. */
export interface Format<in T> {
  /** Such as `parquet` or `jsonl.gz`: the extension of its files. */
  readonly extension: string
  /** The columns in words. State that was written under another layout is refused. */
  readonly layout: string
  /** A batch without rows. */
  readonly open: () => OpenBatch<T>
  /**
   * The bytes of a file, piece by piece, encoded on a thread of its own. The same rows give the same bytes, however they
   * lie in batches.
   */
  readonly encode: (rows: Rows, told?: Told) => AsyncIterable<Uint8Array>
}

/** A row that cannot be written. The sink adds the row and its own name. */
export class InvalidRow extends Error {
  override readonly name = 'InvalidRow'
}

/** A value in a message: short, and also when JSON cannot hold it. */
export function shown(value: unknown): string {
  const text =
    typeof value === 'bigint' ? `${value}n` : typeof value === 'number' ? String(value) : json(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value, (_, inner: unknown) => printable(inner)) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

function printable(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}
