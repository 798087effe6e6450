/** A row as text: rows with the same content have the same text. */
export function rowText(row: unknown): string {
  return JSON.stringify(row, replaced) ?? String(row)
}

function replaced(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (value instanceof Map) return { map: [...value] }
  if (value instanceof Set) return { set: [...value] }
  return value
}

/** How often each row is there. */
export function countsOf(rows: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1)
  return counts
}
