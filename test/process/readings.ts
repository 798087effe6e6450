/** What the sensors of the process-level tests say. */
export interface Reading {
  readonly sensor: string
  readonly time: number
  readonly value: number
}

const start = Date.UTC(2001, 0, 1)
const minute = 60_000

/** Readings of 50 sensors over some days, hardly out of order. A few are to be filtered out. */
export function readings(count: number): Reading[] {
  return Array.from({ length: count }, (_, index) => ({
    sensor: `sensor-${(index * 31) % 50}`,
    time: start + Math.floor(index / 16) * minute - (index % 7 === 0 ? 10 * minute : 0),
    value: index % 97 === 0 ? -1 : (index % 1000) / 4,
  }))
}

/** A row as `sensor hour n total`: what the job must write, computed by a plain loop. */
export function expectedRows(input: readonly Reading[]): string[] {
  const rows = new Map<string, { n: number; total: number }>()
  for (const { sensor, time, value } of input) {
    if (value < 0) continue
    const key = `${sensor} ${Math.floor(time / 3_600_000) * 3_600_000}`
    const row = rows.get(key) ?? { n: 0, total: 0 }
    rows.set(key, { n: row.n + 1, total: row.total + value })
  }
  return [...rows].map(([key, { n, total }]) => `${key} ${n} ${total}`).sort()
}
