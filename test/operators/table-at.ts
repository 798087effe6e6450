import type { Row } from './pairs.ts'

/** What a row puts into a table. One that waits for less than nothing stands for a deletion. */
export const version = (row: Row) => (row.wait < 0 ? undefined : row)

/** The table that updates have made up to a time. */
export function tableAt(updates: readonly Row[], time: number): Map<Row['key'], Row> {
  const entries = new Map<Row['key'], Row>()
  for (const row of updates.toSorted((a, b) => a.time - b.time)) {
    if (row.time > time) break
    if (version(row) === undefined) entries.delete(row.key)
    else entries.set(row.key, row)
  }
  return entries
}
