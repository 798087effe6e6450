/** A range of hash keys with both ends in it, as Kinesis gives it: decimal text. */
export interface HashRange {
  readonly start: string
  readonly end: string
}

const last = 2n ** 128n - 1n

/** The whole space of hash keys, 0 to 2^128 − 1. */
export const allHashKeys: HashRange = { start: '0', end: String(last) }

/** The first part of the whole space that no range covers; `undefined` if all of it is covered. Ranges may overlap. */
export function firstHole(ranges: readonly HashRange[]): HashRange | undefined {
  const sorted = ranges
    .map(({ start, end }) => ({ start: BigInt(start), end: BigInt(end) }))
    .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
  let covered = 0n
  for (const { start, end } of sorted) {
    if (start > covered) return { start: String(covered), end: String(start - 1n) }
    if (end >= covered) covered = end + 1n
  }
  return covered > last ? undefined : { start: String(covered), end: String(last) }
}

/** Whether a hash key is in both ranges. */
export function overlap(a: HashRange, b: HashRange): boolean {
  return BigInt(a.start) <= BigInt(b.end) && BigInt(b.start) <= BigInt(a.end)
}
