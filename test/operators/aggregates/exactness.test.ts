import fc from 'fast-check'
import {
  type Aggregate,
  approximateCountDistinct,
  averageBigint,
  averageDecimal,
  decimalUnits,
  maxDecimal,
  minDecimal,
  quantiles,
  type Rounding,
  sum,
  sumDecimal,
  topK,
  variance,
} from 'millrace/operators'
import { describe, expect, it } from 'vitest'

function of<R>(aggregate: Aggregate<number, R>, values: readonly number[]): R {
  return aggregate.result(
    values.reduce((accumulator, value) => aggregate.add(accumulator, value, 0), aggregate.create()),
  )
}

const total = sum((value: number) => value)
const spread = variance((value: number) => value)
const fraction = fc.double({ min: -1e12, max: 1e12, noNaN: true })

/** A double times 2^1074, which is whole. */
function whole(value: number): bigint {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  const exponent = (bits.getUint16(0) >> 4) & 0x7ff
  const mantissa = bits.getBigUint64(0) & (2n ** 52n - 1n)
  const size = exponent === 0 ? mantissa : (mantissa + 2n ** 52n) << BigInt(exponent - 1)
  return value < 0 ? -size : size
}

/** How far a number is from a whole one over 2^1074. */
function distance(value: number, from: bigint): bigint {
  const far = whole(value) - from
  return far < 0n ? -far : far
}

describe('a sum', () => {
  it('loses nothing to large numbers that cancel each other out', () => {
    expect(of(total, [1e16, 1, -1e16])).toBe(1)
    expect(
      of(
        total,
        Array.from({ length: 10 }, () => 0.1),
      ),
    ).toBe(1)
    expect(of(total, [2 ** 53, 1, 1])).toBe(2 ** 53 + 2)
    expect(of(total, [1e300, 1, -1e300, 2 ** -1074])).toBe(1)
  })

  it('is the number nearest to the true one', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fraction, fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e300, min: -1e300 })),
        ),
        (values) => {
          const truth = values.reduce((exact, value) => exact + whole(value), 0n)
          const got = of(total, values)
          const step = Math.max(Math.abs(got) * 2 ** -52, 2 ** -1074)
          for (const other of [got + step, got - step]) {
            expect(distance(got, truth) <= distance(other, truth)).toBe(true)
          }
        },
      ),
    ))

  it('does not depend on the order, nor does a variance', () =>
    fc.assert(
      fc.property(fc.array(fraction, { minLength: 1 }), (values) => {
        expect(of(total, values.toReversed())).toBe(of(total, values))
        expect(of(spread, values.toSorted())).toBe(of(spread, values))
      }),
    ))

  it('beyond the largest number is refused', () => {
    expect(() => of(total, [Number.MAX_VALUE, Number.MAX_VALUE])).toThrow(/beyond the largest number/)
  })
})

describe('a variance', () => {
  it('keeps a small spread of large numbers', () => {
    expect(of(spread, [1e15 + 1, 1e15 + 2, 1e15 + 3])).toBe(2 / 3)
    expect(of(spread, [0.1, 0.1, 0.1])).toBe(0)
  })
})

describe('an approximate count', () => {
  const distinct = approximateCountDistinct((value: number) => value)

  it.each([10, 400, 600, 10_000, 200_000])('of %i is within three standard errors', (many) => {
    const values = Array.from({ length: many }, (_, index) => index)
    const counted = of(distinct, [...values, ...values.slice(0, 1000)])
    expect(Math.abs(counted - many) / many).toBeLessThan(3 * 0.0082)
  })
})

describe('quantiles', () => {
  const shares = [0, 0.25, 0.5, 0.9, 1]

  it('are within their error', () =>
    fc.assert(
      fc.property(fc.array(fraction, { minLength: 1, maxLength: 200 }), (values) => {
        const got = of(
          quantiles((value: number) => value, shares),
          values,
        )
        const sorted = values.toSorted((a, b) => a - b)
        for (const [index, share] of shares.entries()) {
          const truth = sorted[Math.floor(share * (sorted.length - 1))]!
          expect(Math.abs(got[index]! - truth)).toBeLessThanOrEqual(0.010_001 * Math.abs(truth) + 1e-300)
        }
      }),
    ))

  it.each([[[0.5, 0.1]], [[1.1]], [[-1]], [[Number.NaN]], [[]]])('of the shares %j are refused', (wrong) => {
    expect(() => quantiles((value: number) => value, wrong)).toThrow(/shares from 0 to 1 that ascend/)
  })
})

describe('decimals', () => {
  const amount = (texts: readonly string[]) => {
    const total = sumDecimal((text: string) => text)
    return total.result(texts.reduce((sum, text) => total.add(sum, text, 0), total.create()))
  }

  it('are summed as they are written', () => {
    expect(amount(['0.1', '0.2'])).toBe('0.3')
    expect(amount(['-0.05', '-1', '12345678901234567890.125'])).toBe('12345678901234567889.075')
    expect(amount(['1.50', '-1.5'])).toBe('0')
    expect(amount(['-0.25'])).toBe('-0.25')
  })

  it.each(['', '1e5', '.5', '1.', 'NaN', '1,5', ' 1', '9'.repeat(401)])('are not %j', (text) => {
    expect(() => amount([text])).toThrow(/it takes decimals as text/)
  })
})

describe('an average', () => {
  const mean = <V, R>(aggregate: Aggregate<V, R>, values: readonly V[]) =>
    aggregate.result(values.reduce((sum, value) => aggregate.add(sum, value, 0), aggregate.create()))
  const itself = <V>(value: V) => value

  it.each<[Rounding, bigint[]]>([
    ['half-up', [1n, 2n, 3n, -1n, -2n, -3n, 1n, -1n]],
    ['half-even', [0n, 2n, 2n, 0n, -2n, -2n, 1n, -1n]],
    ['down', [0n, 1n, 2n, 0n, -1n, -2n, 0n, 0n]],
  ])('of bigints is rounded %s', (rounding, expected) => {
    const of = averageBigint<bigint>(itself, { rounding })
    const halves = [1n, 3n, 5n, -1n, -3n, -5n].map((twice) => mean(of, [twice, 0n]))
    const thirds = [2n, -2n].map((thrice) => mean(of, [thrice, 0n, 0n]))
    expect([...halves, ...thirds]).toEqual(expected)
  })

  it('of bigints loses nothing, however large they are', () => {
    expect(mean(averageBigint<bigint>(itself), [2n ** 200n, 2n ** 200n + 2n])).toBe(2n ** 200n + 1n)
  })

  it('of decimals has as many digits as it is asked for, and no zeros at the end', () => {
    const of = (scale: number, rounding?: Rounding) =>
      averageDecimal<string>(itself, rounding === undefined ? { scale } : { scale, rounding })
    expect(mean(of(4), ['1', '1', '0'])).toBe('0.6667')
    expect(mean(of(0), ['0.5', '0.5'])).toBe('1')
    expect(mean(of(0, 'half-even'), ['0.5', '0.5'])).toBe('0')
    expect(mean(of(2), ['-0.005', '-0.005'])).toBe('-0.01')
    expect(mean(of(2), ['-0.004', '-0.004'])).toBe('0')
    expect(mean(of(10), ['1.5', '2.5'])).toBe('2')
  })

  it.each([-1, 0.5, 401, Number.NaN])('with a fraction of %d digits is refused', (scale) => {
    expect(() => averageDecimal<string>(itself, { scale })).toThrow('takes a scale from 0 to 400')
  })

  it('with an unknown rounding is refused', () => {
    expect(() => averageBigint<bigint>(itself, { rounding: 'up' as 'down' })).toThrow('not up')
  })
})

it('extremes of decimals go by amount, and do not tell how it was written', () => {
  const [least, greatest] = [minDecimal((text: string) => text), maxDecimal((text: string) => text)]
  const of = <R>(aggregate: Aggregate<string, R>, texts: readonly string[]) =>
    aggregate.result(texts.reduce((best, text) => aggregate.add(best, text, 0), aggregate.create()))
  const texts = ['9.50', '10', '-0.1', '-0.10', '0010.000']
  expect(of(least, texts)).toBe('-0.1')
  expect(of(greatest, texts)).toBe('10')
  expect(() => of(least, ['1e5'])).toThrow('minDecimal(…) got "1e5"')
})

it('units of decimals are bigints, and refuse what would be cut off', () => {
  expect(['12.3', '-0.01', '7'].map((text) => decimalUnits(text, 2))).toEqual([1230n, -1n, 700n])
  expect(() => decimalUnits('0.001', 2)).toThrow('more than 2 digits after the point')
})

it.each([0, -1, 1.5, Number.NaN])('the top %d is refused', (k) => {
  expect(() => topK(k, (value: number) => value)).toThrow(/a whole number of at least 1/)
})
