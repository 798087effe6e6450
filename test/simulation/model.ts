import type { Visit } from './jobs.ts'

export interface Total {
  readonly start: number
  readonly key: string
  readonly n: number
  readonly amount: number
}

/** The totals of each window, computed with no engine at all: in the order of windows, then of keys. */
export function totalsOf(
  visits: readonly Visit[],
  timeOf: (visit: Visit) => number,
  sizeMs: number,
): Total[] {
  const totals = new Map<string, { start: number; key: string; n: number; amount: number }>()
  for (const visit of visits) {
    const start = Math.floor(timeOf(visit) / sizeMs) * sizeMs
    const name = `${start} ${visit.key}`
    const total = totals.get(name) ?? { start, key: visit.key, n: 0, amount: 0 }
    totals.set(name, { ...total, n: total.n + 1, amount: total.amount + visit.amount })
  }
  return [...totals.values()].sort((a, b) => a.start - b.start || (a.key < b.key ? -1 : 1))
}
