import { unfit } from './definition.ts'

/** What values can be told apart and put in order by. */
export type Scalar = string | number | bigint

/** A place in an order: by one scalar, or by the first of several that differs. */
export type Rank = Scalar | readonly Scalar[]

/** A scalar, which must not be NaN or infinite: those have no place in an order. */
export function scalar<V extends Scalar>(value: V, kind: string): V {
  if (typeof value === 'number' ? Number.isFinite(value) : isTextOrBigint(value)) return value
  throw unfit(value, kind, 'finite numbers, bigints and strings')
}

/** A rank whose scalars all have a place in an order. */
export function rank(value: Rank, kind: string): Rank {
  if (!Array.isArray(value)) return scalar(value as Scalar, kind)
  for (const part of value) scalar(part, kind)
  return value
}

/** Negative, zero or positive as `a` comes before, with or after `b`. */
export function compareRanks(a: Rank, b: Rank): number {
  if (!Array.isArray(a) || !Array.isArray(b)) return compareScalars(a as Scalar, b as Scalar)
  for (let index = 0; index < a.length; index += 1) {
    const order = compareScalars(a[index], b[index])
    if (order !== 0) return order
  }
  return 0
}

/** Scalars of one type by their own order; of several types first by type. */
export function compareScalars(a: Scalar, b: Scalar): number {
  if (typeof a !== typeof b) return typeof a < typeof b ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

function isTextOrBigint(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'bigint'
}
