import { MillraceError } from '../../src/errors.ts'

/**
 * How a quotient becomes whole. `'half-up'`: to the nearest, from the middle away from zero, as SQL and most people do.
 * `'half-even'`: from the middle to the even neighbour, so that roundings do not add up. `'down'`: towards zero, as
 * integer division in SQL.
 */
export type Rounding = 'half-up' | 'half-even' | 'down'

/** How an exact average is rounded. */
export interface RoundingOption {
  /** Default `'half-up'`. */
  readonly rounding?: Rounding
}

const roundings: readonly unknown[] = ['half-up', 'half-even', 'down'] satisfies Rounding[]

/**
 * The rounding that was asked for.
 *
 * @throws MillraceError `JOB_INVALID` for any other word.
 */
export function checkedRounding({ rounding = 'half-up' }: RoundingOption, kind: string): Rounding {
  if (roundings.includes(rounding)) return rounding
  throw new MillraceError(
    'JOB_INVALID',
    `${kind} takes a rounding of ${roundings.join(', ')}, not ${rounding}`,
  )
}

/** The quotient, by a divisor above zero, as a whole number. */
export function quotient(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  const whole = dividend / divisor
  const rest = dividend % divisor
  const twice = 2n * (rest < 0n ? -rest : rest)
  const awayFromZero =
    rounding !== 'down' &&
    (twice > divisor || (twice === divisor && (rounding === 'half-up' || whole % 2n !== 0n)))
  if (!awayFromZero) return whole
  return dividend < 0n ? whole - 1n : whole + 1n
}
