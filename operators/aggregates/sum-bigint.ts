import { givenFunction } from '../../src/graph/given-function.ts'
import { type Aggregate, madeOf, unfit } from './definition.ts'

/**
 * The sum of a bigint of each value, exact however large.
 *
 * @example
 * sumBigint((transfer: { lamports: bigint }) => transfer.lamports)
 */
export function sumBigint<T>(of: (value: T) => bigint): Aggregate<T, bigint, bigint> {
  givenFunction(of, 'sumBigint')
  return madeOf<T, bigint, bigint>({
    kind: 'sumBigint',
    create: () => 0n,
    add: (total, value) => total + bigintOf(of(value), 'sumBigint'),
    remove: (total, value) => total - bigintOf(of(value), 'sumBigint'),
    merge: (a, b) => a + b,
    result: (total) => total,
  })
}

/** A bigint that is one, whatever its type says. */
export function bigintOf(value: bigint, kind: string): bigint {
  if (typeof value === 'bigint') return value
  throw unfit(value, kind, 'bigints')
}
