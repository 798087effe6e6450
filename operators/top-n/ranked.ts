import type { Key } from '../../src/state/key.ts'
import type { Comparator } from '../orders.ts'
import { firstRows, inOrder, type SortedRows } from '../sorted-rows.ts'

/** A row with what tells it apart from others; `null` where ranks do. Plain data, since it is state. */
export type Ranked = readonly [id: Key | null, value: unknown]

/** How rows are ranked, and told. */
export interface Ranking {
  readonly n: number
  /** Says 0 only of rows of the same content. */
  readonly order: Comparator<unknown>
  /** Without it rows are told by their ranks. */
  readonly id: ((row: unknown) => Key) | undefined
}

/** The best rows, of rows with the same id only the best one. */
export function bestOf(rows: SortedRows<Ranked>, { n, id }: Ranking): Ranked[] {
  if (id === undefined) return firstRows(rows, n)
  const best = new Map<Key, Ranked>()
  for (const row of inOrder(rows)) {
    if (best.size === n) break
    if (!best.has(row[0]!)) best.set(row[0]!, row)
  }
  return [...best.values()]
}

/** What is told of it: by rank, or the rows that come and go. */
export function tellBest(
  key: Key,
  before: readonly Ranked[],
  now: readonly Ranked[],
  ranking: Ranking,
  tell: (change: unknown) => void,
): void {
  const ids = (rows: readonly Ranked[]) =>
    new Map(rows.map(([id, value], index) => [ranking.id === undefined ? index + 1 : id!, value]))
  const [known, rows] = [ids(before), ids(now)]
  for (const [id, row] of known) if (!rows.has(id)) tell({ op: 'delete', key: [key, id], before: row })
  for (const [id, value] of rows) {
    const row = known.get(id)
    if (!known.has(id)) tell({ op: 'insert', key: [key, id], value })
    else if (ranking.order(row, value) !== 0) tell({ op: 'update', key: [key, id], value, before: row })
  }
}
