/** A range of hash keys with both ends in it, as Kinesis gives it: decimal text. */
export interface HashRange {
  readonly start: string
  readonly end: string
}

/** The whole space of hash keys, 0 to 2^128 − 1. */
export const allHashKeys: HashRange = { start: '0', end: String(2n ** 128n - 1n) }

/** The first part of `within` that no range covers; `undefined` if all of it is covered. Ranges may overlap. */
export function firstHole(ranges: readonly HashRange[], within = allHashKeys): HashRange | undefined {
  const last = BigInt(within.end)
  const sorted = ranges
    .map(({ start, end }) => ({ start: BigInt(start), end: BigInt(end) }))
    .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
  let covered = BigInt(within.start)
  for (const { start, end } of sorted) {
    if (start > last) break
    if (start > covered) return { start: String(covered), end: String(start - 1n) }
    if (end >= covered) covered = end + 1n
  }
  return covered > last ? undefined : { start: String(covered), end: String(last) }
}

/** Whether a hash key is in both ranges. */
export function overlap(a: HashRange, b: HashRange): boolean {
  return BigInt(a.start) <= BigInt(b.end) && BigInt(b.start) <= BigInt(a.end)
}
