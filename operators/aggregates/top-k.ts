import { MillraceError } from '../../src/errors.ts'
import { givenFunction } from '../../src/graph/given-function.ts'
import { findSorted, firstRows, inOrder, insertSorted, type SortedRows } from '../sorted-rows.ts'
import { compareCanonically } from './canonical-text.ts'
import { type Aggregate, aggregateOf } from './definition.ts'
import { compareRanks, type Rank, rank } from './scalar.ts'

type Ranked<T> = readonly [rank: Rank, value: T]

/**
 * The `k` values of the highest rank, the highest first. A rank may have several parts, of which the first that differs
 * counts; negate a number to have the lowest first. Where ranks are equal, an order of the values decides that is always
 * the same.
 *
 * @throws MillraceError `JOB_INVALID` if `k` is no whole number of at least 1.
 * @example
 * topK(3, (bid: { price: number; dateTime: number }) => [bid.price, -bid.dateTime])
 */
export function topK<T>(k: number, by: (value: T) => Rank): Aggregate<T, T[], T[]> {
  if (!Number.isSafeInteger(k) || k < 1) {
    throw new MillraceError('JOB_INVALID', `topK takes a whole number of at least 1, not ${k}`)
  }
  return topOf(
    `topK ${k}`,
    k,
    1,
    by,
    (top) => top.map(([, value]) => value),
    () => [],
  )
}

/** The first `k` in the descending order of ranks (`sign` 1) or in the ascending one (-1). */
export function topOf<T, R, None>(
  kind: string,
  k: number,
  sign: 1 | -1,
  by: (value: T) => Rank,
  result: (top: readonly Ranked<T>[]) => R,
  ofNone: () => None,
): Aggregate<T, R, None> {
  givenFunction(by, kind)
  const place = (top: Ranked<T>[], come: Ranked<T>) => {
    let index = top.length
    while (index > 0 && before(come, top[index - 1]!, sign)) index -= 1
    if (index < k) top.splice(index, 0, come)
    if (top.length > k) top.length = k
    return top
  }
  return aggregateOf<T, Ranked<T>[], R, None>({
    kind,
    create: () => [],
    add: (top, value) => place(top, [rank(by(value), kind), value]),
    merge: (a, b) => b.reduce((top, come) => place(top, come), [...a]),
    result,
    ofNone,
    retracting: () => topOfAll(kind, k, sign, by, result, ofNone),
  })
}

/** Keeps all values in their order, so that the best one can go again. */
function topOfAll<T, R, None>(
  kind: string,
  k: number,
  sign: 1 | -1,
  by: (value: T) => Rank,
  result: (top: readonly Ranked<T>[]) => R,
  ofNone: () => None,
): Aggregate<T, R, None> {
  const ranked = (value: T): Ranked<T> => [rank(by(value), kind), value]
  const orderTo = (one: Ranked<T>) => (other: Ranked<T>) => compareRanked(one, other, sign)
  return aggregateOf<T, SortedRows<Ranked<T>>, R, None>({
    kind: `${kind} of all`,
    create: () => [],
    add: (all, value) => {
      const come = ranked(value)
      insertSorted(all, come, orderTo(come))
      return all
    },
    remove: (all, value) => {
      findSorted(all, orderTo(ranked(value)))?.remove()
      return all
    },
    merge: (a, b) => {
      const all = [...inOrder(a), ...inOrder(b)].sort((one, other) => compareRanked(one, other, sign))
      return all.length === 0 ? [] : [all]
    },
    result: (all) => result(firstRows(all, k)),
    ofNone,
  })
}

function before<T>(a: Ranked<T>, b: Ranked<T>, sign: 1 | -1): boolean {
  return compareRanked(a, b, sign) < 0
}

function compareRanked<T>([rankA, a]: Ranked<T>, [rankB, b]: Ranked<T>, sign: 1 | -1): number {
  return sign * compareRanks(rankB, rankA) || compareCanonically(a, b)
}
