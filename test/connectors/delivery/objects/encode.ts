import type { Batch, Format, Told } from '../../../../connectors/delivery/objects/format.ts'

/** Rows as batches of so many. */
export function batchesOf<T>(format: Format<T>, rows: readonly T[], every = 1000): Batch[] {
  const batches: Batch[] = []
  const open = format.open()
  for (const row of rows) {
    open.append(row)
    if (open.rows < every) continue
    const count = open.rows
    batches.push({ rows: count, packed: open.take() })
  }
  const rest = open.rows
  if (rest > 0) batches.push({ rows: rest, packed: open.take() })
  return batches
}

/** The bytes of a file of these rows. */
export async function encoded<T>(
  format: Format<T>,
  rows: readonly T[],
  { every = 1000, told = {} }: { every?: number; told?: Told } = {},
): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of format.encode(batchesOf(format, rows, every), told)) pieces.push(piece)
  return Buffer.concat(pieces)
}
