import {
  type Aggregate,
  approximateCountDistinct,
  argMax,
  argMin,
  average,
  averageBigint,
  averageDecimal,
  collect,
  combined,
  count,
  countDistinct,
  countIf,
  decimalUnits,
  defineAggregate,
  distinct,
  filtered,
  first,
  last,
  mapped,
  max,
  maxDecimal,
  min,
  minDecimal,
  quantiles,
  sampleVariance,
  standardDeviation,
  sum,
  sumBigint,
  sumDecimal,
  topK,
  variance,
} from 'millrace/operators'

export interface Sale {
  readonly id: number
  readonly city: string
  readonly price: number
  readonly units: bigint
}

/** What one aggregate should give, from all values at once. */
export interface Kind {
  readonly aggregate: Aggregate<Sale, unknown>
  readonly expected: (sales: readonly Sale[]) => unknown
}

const numbers = (sales: readonly Sale[]) => sales.map(({ price }) => price)
const total = (sales: readonly Sale[]) => numbers(sales).reduce((a, b) => a + b, 0)
const mean = (sales: readonly Sale[]) => (sales.length === 0 ? undefined : total(sales) / sales.length)
const ranked = (sales: readonly Sale[]) => sales.toSorted((a, b) => b.price - a.price || a.id - b.id)
/** With a fraction of two digits. */
const cents = (price: number) => (price / 100).toFixed(2)
const spread = (sales: readonly Sale[]) =>
  numbers(sales).reduce((sum, price) => sum + sales.length * price * price, 0) - total(sales) ** 2
const even = ({ id }: Sale) => id % 2 === 0
const longest = defineAggregate({
  kind: 'longest',
  create: () => '',
  add: (city, sale: Sale) => (sale.city.length > city.length ? sale.city : city),
  merge: (a, b) => (b.length > a.length ? b : a),
  result: (city) => city.length,
})

/** All that there are, over prices that are whole numbers. */
export const kinds: Readonly<Record<string, Kind>> = {
  count: { aggregate: count(), expected: (sales) => sales.length },
  countIf: { aggregate: countIf(even), expected: (sales) => sales.filter(even).length },
  sum: { aggregate: sum((sale: Sale) => sale.price), expected: total },
  sumBigint: {
    aggregate: sumBigint((sale: Sale) => sale.units),
    expected: (sales) => sales.reduce((sum, { units }) => sum + units, 0n),
  },
  sumDecimal: {
    aggregate: sumDecimal((sale: Sale) => `${sale.price < 0 ? '-' : ''}${Math.abs(sale.price)}.25`),
    expected: (sales) =>
      String(numbers(sales).reduce((sum, price) => sum + price + (price < 0 ? -0.25 : 0.25), 0)),
  },
  averageBigint: {
    aggregate: averageBigint((sale: Sale) => sale.units),
    expected: (sales) => {
      if (sales.length === 0) return undefined
      const [sum, n] = [sales.reduce((sum, { units }) => sum + units, 0n), BigInt(sales.length)]
      // Twice the sum and one more count, halved: the nearest, from the middle up.
      const size = (2n * (sum < 0n ? -sum : sum) + n) / (2n * n)
      return sum < 0n ? -size : size
    },
  },
  averageDecimal: {
    aggregate: averageDecimal((sale: Sale) => cents(sale.price), { scale: 2, rounding: 'down' }),
    expected: (sales) =>
      sales.length === 0 ? undefined : String((Math.trunc(total(sales) / sales.length) + 0) / 100),
  },
  minDecimal: {
    aggregate: minDecimal((sale: Sale) => cents(sale.price)),
    expected: (sales) => (sales.length === 0 ? undefined : String(Math.min(...numbers(sales)) / 100)),
  },
  maxDecimal: {
    aggregate: maxDecimal((sale: Sale) => cents(sale.price)),
    expected: (sales) => (sales.length === 0 ? undefined : String(Math.max(...numbers(sales)) / 100)),
  },
  'argMax of decimals': {
    aggregate: argMax((sale: Sale) => [decimalUnits(cents(sale.price), 4), -sale.id]),
    expected: (sales) => ranked(sales)[0],
  },
  min: {
    aggregate: min((sale: Sale) => sale.price),
    expected: (sales) => numbers(sales).sort((a, b) => a - b)[0],
  },
  max: {
    aggregate: max((sale: Sale) => sale.city),
    expected: (sales) =>
      sales
        .map(({ city }) => city)
        .sort()
        .at(-1),
  },
  average: { aggregate: average((sale: Sale) => sale.price), expected: mean },
  variance: {
    aggregate: variance((sale: Sale) => sale.price),
    expected: (sales) => (sales.length === 0 ? undefined : spread(sales) / sales.length / sales.length),
  },
  sampleVariance: {
    aggregate: sampleVariance((sale: Sale) => sale.price),
    expected: (sales) => (sales.length < 2 ? undefined : spread(sales) / sales.length / (sales.length - 1)),
  },
  standardDeviation: {
    aggregate: standardDeviation((sale: Sale) => sale.price),
    expected: (sales) => (sales.length === 0 ? undefined : Math.sqrt(spread(sales)) / sales.length),
  },
  topK: {
    aggregate: topK(2, (sale: Sale) => [sale.price, -sale.id]),
    expected: (sales) => ranked(sales).slice(0, 2),
  },
  argMax: {
    aggregate: argMax((sale: Sale) => [sale.price, -sale.id]),
    expected: (sales) => ranked(sales)[0],
  },
  argMin: {
    aggregate: argMin((sale: Sale) => [-sale.price, sale.id]),
    expected: (sales) => ranked(sales)[0],
  },
  countDistinct: {
    aggregate: countDistinct((sale: Sale) => sale.city),
    expected: (sales) => new Set(sales.map(({ city }) => city)).size,
  },
  approximateCountDistinct: {
    aggregate: approximateCountDistinct((sale: Sale) => sale.city),
    expected: (sales) => new Set(sales.map(({ city }) => city)).size,
  },
  distinct: {
    aggregate: distinct((sale: Sale) => sale.units),
    expected: (sales) =>
      [...new Set(sales.map(({ units }) => units))].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  },
  quantiles: {
    aggregate: mapped(
      quantiles((sale: Sale) => sale.price, [0, 1], { relativeError: 0.0001 }),
      (found): number[] | undefined => found?.map(Math.round),
    ),
    expected: (sales) =>
      sales.length === 0 ? undefined : [Math.min(...numbers(sales)), Math.max(...numbers(sales))],
  },
  filtered: {
    aggregate: filtered(
      max((sale: Sale) => sale.price),
      even,
    ),
    expected: (sales) => ranked(sales.filter(even))[0]?.price,
  },
  mapped: {
    aggregate: mapped(
      sum((sale: Sale) => sale.price),
      (cents) => `${cents} ct`,
    ),
    expected: (sales) => `${total(sales)} ct`,
  },
  combined: {
    aggregate: combined({ least: min((sale: Sale) => sale.price), sales: count() }),
    expected: (sales) => ({ least: numbers(sales).sort((a, b) => a - b)[0], sales: sales.length }),
  },
  'one of your own': {
    aggregate: longest,
    expected: (sales) => sales.reduce((most, { city }) => Math.max(most, city.length), 0),
  },
}

/** Those that go by event time, which is the sale's id. */
export const timed: Readonly<Record<string, Kind>> = {
  first: { aggregate: first((sale: Sale) => sale.city), expected: (sales) => byId(sales)[0]?.city },
  last: { aggregate: last((sale: Sale) => sale.price), expected: (sales) => byId(sales).at(-1)?.price },
  collect: {
    aggregate: collect((sale: Sale) => sale.price),
    expected: (sales) => byId(sales).map(({ price }) => price),
  },
}

function byId(sales: readonly Sale[]): Sale[] {
  return sales.toSorted((a, b) => a.id - b.id)
}
