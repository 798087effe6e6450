import fc from 'fast-check'
import type { Aggregate } from 'millrace/operators'
import { describe, expect, it } from 'vitest'
import { retractable } from '../../../operators/aggregates/retractable.ts'
import { decodeCbor, encodeCbor } from '../../../src/state/cbor.ts'
import { kinds, type Sale, timed } from './kinds.ts'

const sales: fc.Arbitrary<Sale[]> = fc.uniqueArray(
  fc.record({
    id: fc.nat({ max: 1000 }),
    city: fc.constantFrom('Bonn', 'Rome', 'Athens', 'Oslo', ''),
    price: fc.integer({ min: -2000, max: 2000 }),
    units: fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  }),
  { selector: ({ id }) => id, maxLength: 12 },
)

const added = (of: Aggregate<Sale, unknown>, to: unknown, values: readonly Sale[]) =>
  values.reduce((accumulator, sale) => of.add(accumulator, sale, sale.id), to)

const stored = (accumulator: unknown) => decodeCbor(encodeCbor(accumulator))

describe.each(Object.entries({ ...kinds, ...timed }))('%s', (_name, { aggregate, expected }) => {
  it('gives what it should of values in any order, over checkpoints', () =>
    fc.assert(
      fc.property(sales, fc.nat(), (all, at) => {
        const half = stored(added(aggregate, aggregate.create(), all.slice(0, at % 12)))
        const whole = added(aggregate, half, all.slice(at % 12))
        if (all.length > 0) expect(aggregate.result(whole)).toEqual(expected(all))
        else expect(aggregate.ofNone()).toEqual(expected([]))
      }),
    ))

  it('gives the same of parts that are merged, which stay as they are', () =>
    fc.assert(
      fc.property(sales, fc.nat(), (all, at) => {
        const parts = [all.slice(0, at % 12), all.slice(at % 12)]
        const [a, b] = parts.map((part) => added(aggregate, aggregate.create(), part))
        const before = encodeCbor([a, b])
        const whole = aggregate.merge(a, b)
        expect(encodeCbor([a, b])).toEqual(before)
        if (all.length > 0) expect(aggregate.result(whole)).toEqual(expected(all))
        added(aggregate, whole, all)
        expect(encodeCbor([a, b])).toEqual(before)
      }),
    ))
})

describe.each(Object.entries(kinds))('%s of a changelog', (_name, { aggregate, expected }) => {
  const of = retractable(aggregate)

  it('forgets what is taken back', () =>
    fc.assert(
      fc.property(sales, sales, fc.nat(), (stay, go, at) => {
        const others = go.map((sale) => ({ ...sale, id: sale.id + 2000 }))
        let accumulator = added(of, of.create(), others.slice(0, at % 12))
        accumulator = added(of, accumulator, stay)
        accumulator = stored(added(of, accumulator, others.slice(at % 12)))
        for (const sale of others) accumulator = of.remove!(accumulator, sale)
        if (stay.length > 0) expect(of.result(accumulator)).toEqual(expected(stay))
      }),
    ))

  it('gives the same of parts that are merged, which stay as they are', () =>
    fc.assert(
      fc.property(sales, sales, (one, other) => {
        const moved = other.map((sale) => ({ ...sale, id: sale.id + 2000 }))
        const [a, b] = [one, moved].map((part) => added(of, of.create(), part))
        const before = encodeCbor([a, b])
        const whole = of.merge(a, b)
        added(of, whole, one)
        for (const sale of one) of.remove!(whole, sale)
        expect(encodeCbor([a, b])).toEqual(before)
        if (one.length + moved.length > 0) {
          expect(of.result(of.merge(a, b))).toEqual(expected([...one, ...moved]))
        }
      }),
      { numRuns: 50 },
    ))
})

it.each(Object.entries(timed).slice(0, 2))('%s of a changelog is refused', (_name, { aggregate }) => {
  expect(() => retractable(aggregate)).toThrow(expect.objectContaining({ code: 'JOB_INVALID' }))
})
