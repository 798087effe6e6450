import fc from 'fast-check'
import { ascending, descending, type Sortable } from 'millrace/operators'
import { describe, expect, it } from 'vitest'
import { totalOrder } from '../../operators/orders.ts'

const plain = fc.oneof(
  fc.anything({ withDate: true, withMap: true, withSet: true, withBigInt: true, withTypedArray: true }),
  fc.record({ a: fc.nat({ max: 2 }), b: fc.nat({ max: 2 }) }),
)

describe('an order', () => {
  it('sorts numbers, texts and dates either way, and what is no number before all numbers', () => {
    const same = (value: Sortable) => value
    expect([2, Number.NaN, -1].sort(ascending(same))).toEqual([Number.NaN, -1, 2])
    expect([2, Number.NaN, -1].sort(descending(same))).toEqual([2, -1, Number.NaN])
    expect(['b', 'B', 'a'].sort(ascending(same))).toEqual(['B', 'a', 'b'])
    expect([1n, 3n].sort(descending(same))).toEqual([3n, 1n])
    expect(ascending(same)(new Date(5), new Date(5))).toBe(0)
  })

  it('that is total is decided by content at last, whatever the order of properties', () => {
    const order = totalOrder<object>([])
    expect(order({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(0)
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        const order = totalOrder<unknown>([])
        expect(Math.sign(order(a, b)) + Math.sign(order(b, a))).toBe(0)
      }),
    )
  })
})
