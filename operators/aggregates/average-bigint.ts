import { type Aggregate, aggregateOf } from './definition.ts'
import { checkedRounding, quotient, type RoundingOption } from './rounding.ts'
import { bigintOf } from './sum-bigint.ts'

interface Mean {
  readonly total: bigint
  readonly counted: number
}

/**
 * The mean of a bigint of each value: their sum, exact however large, divided by their count and rounded once to a bigint.
 *
 * @throws MillraceError `JOB_INVALID` for an unknown rounding.
 * @example
 * averageBigint((transfer: { lamports: bigint }) => transfer.lamports, { rounding: 'half-even' })
 */
export function averageBigint<T>(
  of: (value: T) => bigint,
  options: RoundingOption = {},
): Aggregate<T, bigint, undefined> {
  const kind = 'averageBigint'
  const rounding = checkedRounding(options, kind)
  return aggregateOf<T, Mean, bigint, undefined>({
    kind,
    create: () => ({ total: 0n, counted: 0 }),
    add: ({ total, counted }, value) => ({ total: total + bigintOf(of(value), kind), counted: counted + 1 }),
    remove: ({ total, counted }, value) => ({
      total: total - bigintOf(of(value), kind),
      counted: counted - 1,
    }),
    merge: (a, b) => ({ total: a.total + b.total, counted: a.counted + b.counted }),
    result: ({ total, counted }) => (counted === 0 ? undefined! : quotient(total, BigInt(counted), rounding)),
    ofNone: () => undefined,
  })
}
