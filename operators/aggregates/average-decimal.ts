import { MillraceError } from '../../src/errors.ts'
import { type Decimal, decimal, decimalMean, decimalSum, decimalText } from './decimal.ts'
import { type Aggregate, aggregateOf } from './definition.ts'
import { checkedRounding, type RoundingOption } from './rounding.ts'

/** How far an average of decimals goes. */
export interface AverageDecimalOptions extends RoundingOption {
  /** How many digits the fraction of the result has at the most, from 0 to 400. */
  readonly scale: number
}

interface Mean {
  readonly total: Decimal
  readonly counted: number
}

/**
 * The mean of a decimal of each value, given and told as text such as `'12.345'`: their sum, which is exact, divided by
 * their count and rounded once. Zeros at the end of the fraction are not told.
 *
 * @throws MillraceError `JOB_INVALID` for another scale or rounding.
 * @example
 * averageDecimal((order: { amount: string }) => order.amount, { scale: 2 })
 */
export function averageDecimal<T>(
  of: (value: T) => string,
  options: AverageDecimalOptions,
): Aggregate<T, string, undefined> {
  const kind = 'averageDecimal'
  const { scale } = options
  if (!(Number.isInteger(scale) && scale >= 0 && scale <= 400)) {
    throw new MillraceError('JOB_INVALID', `${kind} takes a scale from 0 to 400, not ${scale}`)
  }
  const rounding = checkedRounding(options, kind)
  const counting = ({ total, counted }: Mean, value: T, sign: 1 | -1): Mean => ({
    total: decimalSum(total, decimal(of(value), kind), BigInt(sign)),
    counted: counted + sign,
  })
  return aggregateOf<T, Mean, string, undefined>({
    kind,
    create: () => ({ total: { units: 0n, scale: 0 }, counted: 0 }),
    add: (mean, value) => counting(mean, value, 1),
    remove: (mean, value) => counting(mean, value, -1),
    merge: (a, b) => ({ total: decimalSum(a.total, b.total), counted: a.counted + b.counted }),
    result: ({ total, counted }) =>
      counted === 0 ? undefined! : decimalText(decimalMean(total, counted, scale, rounding)),
    ofNone: () => undefined,
  })
}
