import { encodeCbor } from '../../src/state/cbor.ts'
import { compareKeys, type Key } from '../../src/state/key.ts'

/** What records of one time are ordered by; an earlier value decides. */
export type OrderBy = (value: unknown) => Key | readonly Key[]

/**
 * Puts records of one time into an order that does not depend on how they came: by what the user says, and then by the
 * bytes of their CBOR.
 */
export function inOrder(values: unknown[], orderBy: OrderBy | undefined): unknown[] {
  if (values.length < 2) return values
  const ranked = values.map((value) => ({
    value,
    ranks: ranksOf(value, orderBy),
    content: encodeCbor(value),
  }))
  ranked.sort((a, b) => compareRanks(a.ranks, b.ranks) || Buffer.compare(a.content, b.content))
  return ranked.map(({ value }) => value)
}

function ranksOf(value: unknown, orderBy: OrderBy | undefined): readonly Key[] {
  const ranks = orderBy?.(value) ?? []
  return typeof ranks === 'object' ? ranks : [ranks]
}

function compareRanks(a: readonly Key[], b: readonly Key[]): number {
  for (let index = 0; index < a.length && index < b.length; index += 1) {
    const order = compareKeys(a[index]!, b[index]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}
