import { MillraceError } from '../../src/errors.ts'
import { decimal, unitsAt } from './decimal.ts'

/**
 * A decimal such as `'12.34'` as a whole number of units of its last digit: what goes by rank or order, such as `argMax`,
 * `topK`, `topN` and `ascending`, takes bigints.
 *
 * @param scale How many digits the fraction has at the most, from 0 to 400.
 * @throws MillraceError `OPERATOR_FAILED` for a text that is no decimal, or has more digits than that.
 * @example
 * decimalUnits('12.3', 2) // 1230n
 */
export function decimalUnits(text: string, scale: number): bigint {
  const value = decimal(text, 'decimalUnits')
  if (value.scale <= scale && scale <= 400) return unitsAt(value, scale)
  throw new MillraceError(
    'OPERATOR_FAILED',
    `decimalUnits(…) got "${text.slice(0, 60)}" from a record, which has more than ${scale} digits after the point`,
  )
}
