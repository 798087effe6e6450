import { MillraceError } from '../../src/errors.ts'
import { quotient, type Rounding } from './rounding.ts'

/** An exact decimal: `units` of ten to the power of minus `scale`. */
export interface Decimal {
  readonly units: bigint
  readonly scale: number
}

/** Longer texts are no amounts: a bigint of any length could be made to cost any time. */
const longest = 400

/**
 * A decimal from a text such as `'-12.345'`.
 *
 * @throws MillraceError `OPERATOR_FAILED` for any other text.
 */
export function decimal(text: string, kind: string): Decimal {
  const [, sign, whole = '', fraction = ''] =
    (typeof text === 'string' && text.length <= longest && /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)) || []
  if (sign === undefined) {
    throw new MillraceError(
      'OPERATOR_FAILED',
      `${kind}(…) got ${JSON.stringify(text)?.slice(0, 60)} from a record: it takes decimals as text, such as "12.345"`,
    )
  }
  return { units: BigInt(`${sign}${whole}${fraction}`), scale: fraction.length }
}

export function decimalSum(a: Decimal, b: Decimal, sign = 1n): Decimal {
  const scale = Math.max(a.scale, b.scale)
  return { units: unitsAt(a, scale) + sign * unitsAt(b, scale), scale }
}

/** The sum of so many divided by their number, with a fraction of `scale` digits. */
export function decimalMean(sum: Decimal, counted: number, scale: number, rounding: Rounding): Decimal {
  const divisor = BigInt(counted) * 10n ** BigInt(sum.scale)
  return { units: quotient(sum.units * 10n ** BigInt(scale), divisor, rounding), scale }
}

/** The text that all texts of the same decimal have in common. */
export function plainDecimal(text: string, kind: string): string {
  return decimalText(decimal(text, kind))
}

/** Negative, zero or positive, of texts that are decimals. */
export function compareDecimals(a: string, b: string): number {
  if (a === b) return 0
  const { units } = decimalSum(decimal(a, 'compare'), decimal(b, 'compare'), -1n)
  return units < 0n ? -1 : units > 0n ? 1 : 0
}

/** As text, without zeros at the end of the fraction. */
export function decimalText({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '')
  const text = digits.slice(0, digits.length - scale) + (fraction === '' ? '' : `.${fraction}`)
  return units < 0n ? `-${text}` : text
}

/** In units of ten to the power of minus `wanted`, which is no less than the scale. */
export function unitsAt({ units, scale }: Decimal, wanted: number): bigint {
  return units * 10n ** BigInt(wanted - scale)
}
