/** A value of a column, as the sink keeps it until it is encoded: checked, and owned by the sink. */
export type Cell = string | number | bigint | boolean

/** A row's cells in the order of the columns. */
export type Row = readonly Cell[]

/** Rows as a few runs of bytes, which follow from the columns. Joining the runs of two joins their rows. */
export type Packed = readonly Uint8Array[]

/** How rows become files. `T` is the row that the format takes. */
export interface Format<in T> {
  /** Such as `parquet`: the name of the format and the extension of its files. */
  readonly extension: string
  /** The columns in words. State that was written under another layout is refused. */
  readonly layout: string
  /**
   * Checks a row and takes its cells.
   *
   * @throws InvalidRow for a value that would not read back as it was.
   */
  readonly rowOf: (value: T) => Row
  /** What the row weighs before compression, in bytes. Depends on the row alone. */
  readonly sizeOf: (row: Row) => number
  /** The bytes of a file, piece by piece. The same rows give the same bytes. */
  readonly encode: (rows: Iterable<Row>) => AsyncIterable<Uint8Array>
  /** Rows in little memory, as the checkpoint holds them too. They read back exactly. */
  readonly pack: (rows: readonly Row[]) => Packed
  readonly unpack: (packed: Packed, rows: number) => Iterable<Row>
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
