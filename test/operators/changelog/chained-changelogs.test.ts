import fc from 'fast-check'
import type { Stream } from 'millrace'
import {
  argMax,
  count,
  descending,
  type Emission,
  groupBy,
  joinChanges,
  keyBy,
  keyChangesBy,
  max,
  runningAggregate,
  sum,
  suppressChanges,
  topN,
  toTable,
} from 'millrace/operators'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf } from '../anyhow.ts'
import { grouped } from '../grouped.ts'
import { tableOf } from './table-of.ts'

/** A customer or an order, as of its time. */
interface Fact {
  readonly kind: 'customer' | 'order'
  readonly id: number
  readonly time: number
  /** Of an order its customer. */
  readonly of: number
  readonly value: number
  readonly gone: boolean
}

const facts = (kind: Fact['kind']) =>
  fc.uniqueArray(
    fc.record({
      kind: fc.constant(kind),
      id: fc.nat({ max: 4 }),
      time: fc.nat({ max: 60 }),
      of: fc.nat({ max: 4 }),
      value: fc.integer({ min: -3, max: 3 }),
      gone: fc.boolean(),
    }),
    { selector: ({ id, time }) => `${id} ${time}`, maxLength: 25 },
  )

const emissions = fc.constantFrom<Emission>('every-record', 'per-batch', { every: '3ms' })
const kinds = fc.constantFrom('inner' as const, 'left' as const, 'right' as const, 'full' as const)

interface Joined {
  readonly order: number | undefined
  readonly customer: number | undefined
  /** The value of the customer, in place of a city. */
  readonly city: string
  readonly value: number
}

const joinedOf = (order: Fact | undefined, customer: Fact | undefined): Joined => ({
  order: order?.id,
  customer: customer?.id,
  city: customer === undefined ? 'none' : `city ${Math.abs(customer.value)}`,
  value: order?.value ?? 0,
})

/** The rows that are there in the end. */
function lastOf(all: readonly Fact[]): Fact[] {
  const last = new Map(all.toSorted((a, b) => a.time - b.time).map((fact) => [fact.id, fact]))
  return [...last.values()].filter(({ gone }) => !gone)
}

function expectedJoin(orders: readonly Fact[], customers: readonly Fact[], kind: string): Joined[] {
  const [left, right] = [lastOf(orders), lastOf(customers)]
  const rows = left.flatMap((order) =>
    right.filter(({ id }) => id === order.of).map((customer) => joinedOf(order, customer)),
  )
  const alone = left.filter((order) => !right.some(({ id }) => id === order.of))
  const others = right.filter(({ id }) => !left.some((order) => id === order.of))
  if (kind === 'left' || kind === 'full') rows.push(...alone.map((order) => joinedOf(order, undefined)))
  if (kind === 'right' || kind === 'full') rows.push(...others.map((one) => joinedOf(undefined, one)))
  return rows
}

describe('changelogs of changelogs', () => {
  const chained =
    (kind: 'inner' | 'left' | 'right' | 'full', emit: Emission) =>
    (orders: Stream<Fact>, customers: Stream<Fact>) => {
      const byId = customers.pipe(
        keyBy(({ id }) => id),
        toTable('customers', { deletedIf: ({ gone }) => gone, emit }),
        keyChangesBy(({ id }) => id),
      )
      return orders.pipe(
        keyBy(({ id }) => id),
        toTable('orders', { deletedIf: ({ gone }) => gone, emit }),
        keyChangesBy((order) => order.of),
        joinChanges('joined', byId, { kind }, joinedOf),
      )
    }
  const trial = (orders: readonly Fact[], customers: readonly Fact[]) => ({
    inputs: [orders, customers],
    timeOf: ({ time }: Fact) => time,
    disorderMs: 5,
  })

  it('come to the aggregates of the join of what is left, and pass in time when held back', () =>
    fc.assert(
      fc.asyncProperty(
        facts('order'),
        facts('customer'),
        kinds,
        emissions,
        emissions,
        manners,
        async (orders, customers, kind, inner, outer, manner) => {
          const changes = await rowsOf(
            trial(orders, customers),
            manner,
            (left: Stream<Fact>, right: Stream<Fact>) =>
              chained(kind, inner)(left, right).pipe(
                groupBy(({ city }) => city),
                runningAggregate(
                  'cities',
                  {
                    rows: count(),
                    total: sum(({ value }) => value),
                    most: max(({ value }) => value),
                    best: argMax(({ value, order }) => [value, order ?? -1]),
                  },
                  { emit: outer },
                ),
                suppressChanges('held', { after: '4ms' }),
              ),
          )
          const expected = [...grouped(expectedJoin(orders, customers, kind), ({ city }) => city)].map(
            ([key, own]) => {
              const values = own.map(({ value }) => value)
              const total = values.reduce((a, b) => a + b, 0)
              const most = Math.max(...values)
              const order = Math.max(
                ...own.filter(({ value }) => value === most).map((one) => one.order ?? -1),
              )
              return [key, { key, rows: own.length, total, most, order }] as const
            },
          )
          const got = [...tableOf(changes)].map(([key, { best, ...row }]) => {
            return [key, { ...row, order: best.order ?? -1 }] as const
          })
          expect(new Map(got)).toEqual(new Map(expected))
        },
      ),
      { numRuns: 80 },
    ))

  it('come to the best rows of the join of what is left', () =>
    fc.assert(
      fc.asyncProperty(
        facts('order'),
        facts('customer'),
        emissions,
        fc.integer({ min: 1, max: 3 }),
        manners,
        async (orders, customers, emit, n, manner) => {
          const changes = await rowsOf(
            trial(orders, customers),
            manner,
            (left: Stream<Fact>, right: Stream<Fact>) =>
              chained('left', emit)(left, right).pipe(
                groupBy(({ city }) => city),
                topN('best', n, {
                  by: [descending(({ value }) => value), descending(({ order }) => order!)],
                  id: ({ order }) => order!,
                }),
              ),
          )
          const expected = [...grouped(expectedJoin(orders, customers, 'left'), ({ city }) => city)].flatMap(
            ([city, own]) =>
              own
                .toSorted((a, b) => b.value - a.value || b.order! - a.order!)
                .slice(0, n)
                .map((row) => [`${city},${row.order}`, row] as const),
          )
          const named = changes.map((change) => ({ ...change, key: change.key.join() }))
          expect(tableOf(named)).toEqual(new Map(expected))
        },
      ),
      { numRuns: 60 },
    ))
})
