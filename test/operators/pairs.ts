import fc from 'fast-check'

/** A record of either side of a join. `id` tells all records of a side apart. */
export interface Row {
  readonly id: number
  readonly key: string | number | bigint
  readonly time: number
  /** How long after its time a row of its own interval waits. */
  readonly wait: number
}

const keys = fc.constantFrom<Row['key']>('', '0', 0, 1, 1n)

/** Rows of few keys and times, so that duplicates and equal times are common. */
export const rows: fc.Arbitrary<Row[]> = fc
  .array(fc.record({ key: keys, time: fc.nat({ max: 60 }), wait: fc.integer({ min: -5, max: 30 }) }), {
    maxLength: 25,
  })
  .map((drawn) => drawn.map((row, id) => ({ id, ...row })))

/** Two of the same side stand at one time never, where one must be the later. */
export const distinctRows: fc.Arbitrary<Row[]> = rows.map((drawn) =>
  drawn.filter(
    ({ key, time }, index) => drawn.findIndex((one) => one.key === key && one.time === time) === index,
  ),
)

export const timeOf = ({ time }: Row): number => time

/** A result as text, to compare results in no order. */
export const pair = (left: Row | undefined, right: Row | undefined): string =>
  `${left?.id ?? '-'}+${right?.id ?? '-'}`

/** Which rows give a result. */
export type Kind = 'inner' | 'left' | 'right' | 'full'
export const kinds = fc.constantFrom<Kind>('inner', 'left', 'right', 'full')

/** All pairs of the same key, by nested loops, and what has no partner. */
export function pairsWhere(
  left: readonly Row[],
  right: readonly Row[],
  where: (left: Row, right: Row) => boolean,
  kind: Kind = 'inner',
): string[] {
  const meet = (one: Row, other: Row) => other.key === one.key && where(one, other)
  const pairs = left.flatMap((one) =>
    right.filter((other) => meet(one, other)).map((other) => pair(one, other)),
  )
  if (kind === 'left' || kind === 'full') {
    const alone = left.filter((one) => !right.some((other) => meet(one, other)))
    pairs.push(...alone.map((one) => pair(one, undefined)))
  }
  if (kind === 'right' || kind === 'full') {
    const alone = right.filter((other) => !left.some((one) => meet(one, other)))
    pairs.push(...alone.map((other) => pair(undefined, other)))
  }
  return pairs.sort()
}
