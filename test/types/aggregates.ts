// Checked by the compiler alone: what aggregates and changelogs infer.
import { type Change, type GroupedStream, job, type Stream } from 'millrace'
import {
  argMax,
  ascending,
  average,
  averageBigint,
  averageDecimal,
  collect,
  combined,
  count,
  countDistinct,
  countIf,
  distinct,
  filtered,
  groupBy,
  keyBy,
  last,
  map,
  mapped,
  max,
  min,
  minDecimal,
  quantiles,
  runningAggregate,
  sampleVariance,
  sinkTo,
  sum,
  sumBigint,
  sumDecimal,
  suppressChanges,
  topK,
  topN,
  toTable,
} from 'millrace/operators'
import { collectSink, collectTable } from 'millrace/testing'
import { type Equal, isTrue } from './equal.ts'
import { type Order, orders } from './orders.ts'

interface PerCustomer {
  key: string
  orders: number
  paid: number
  cents: number
  coins: bigint
  amount: string
  meanCoins: bigint
  meanAmount: string
  leastAmount: string | undefined
  status: 'open' | 'paid'
  least: number
  leastPaid: number | undefined
  centsPaid: number
  truncated: number
  spread: number | undefined
  quartiles: number[]
  ids: string[]
  statuses: ('open' | 'paid')[]
  best: Order
  three: Order[]
  customers: number
  latest: string
  both: { orders: number; cents: number }
}

const paid = (order: Order) => order.status === 'paid'

export const perCustomer = job('running', ({ from }) => {
  const rows = from('orders', orders).pipe(
    keyBy((order) => order.customer),
    runningAggregate(
      'per-customer',
      {
        orders: count(),
        paid: countIf((order) => order.status === 'paid'),
        cents: sum((order) => order.cents),
        coins: sumBigint((order) => BigInt(order.cents)),
        amount: sumDecimal((order) => String(order.cents)),
        meanCoins: averageBigint((order) => BigInt(order.cents), { rounding: 'half-even' }),
        meanAmount: averageDecimal((order) => String(order.cents), { scale: 2 }),
        leastAmount: filtered(
          minDecimal((order) => String(order.cents)),
          paid,
        ),
        status: max((order) => order.status),
        least: min((order) => order.cents),
        leastPaid: filtered(
          min((order) => order.cents),
          paid,
        ),
        centsPaid: filtered(
          sum((order) => order.cents),
          paid,
        ),
        truncated: mapped(
          average((order) => order.cents),
          Math.trunc,
        ),
        spread: sampleVariance((order) => order.cents),
        quartiles: quantiles((order) => order.cents, [0.25, 0.5, 0.75]),
        ids: collect((order) => order.id),
        statuses: distinct((order) => order.status),
        best: argMax((order) => order.cents),
        three: topK(3, (order) => [order.cents, order.id]),
        customers: countDistinct((order) => order.customer),
        latest: last((order) => order.id),
        both: combined({ orders: count(), cents: sum((order) => order.cents) }),
      },
      { emit: { every: '1s' }, idle: '1d' },
    ),
  )
  isTrue<Equal<typeof rows, Stream<Change<string, PerCustomer>>>>()

  const grouped = rows.pipe(groupBy((row) => row.status))
  isTrue<Equal<typeof grouped, GroupedStream<'open' | 'paid', PerCustomer>>>()
  const ranks = grouped.pipe(topN('ranks', 3, { by: ascending((row) => row.cents), idle: '1d' }))
  isTrue<Equal<typeof ranks, Stream<Change<readonly ['open' | 'paid', number], PerCustomer>>>>()
  const best = grouped.pipe(topN('best', 3, { by: ascending((row) => row.cents), id: (row) => row.key }))
  isTrue<Equal<typeof best, Stream<Change<readonly ['open' | 'paid', string], PerCustomer>>>>()
  const final = rows.pipe(
    suppressChanges('final', {
      until: (row) => {
        isTrue<Equal<typeof row, PerCustomer>>()
        return row.orders
      },
      late: (changes) => {
        isTrue<Equal<typeof changes, Stream<Change<string, PerCustomer>>>>()
        return changes.pipe(sinkTo('late', collectTable()))
      },
    }),
  )
  isTrue<Equal<typeof final, Stream<Change<string, PerCustomer>>>>()

  const byStatus = grouped.pipe(
    runningAggregate('by-status', { customers: count(), mean: average((row) => row.cents) }),
  )
  isTrue<
    Equal<
      typeof byStatus,
      Stream<Change<'open' | 'paid', { key: 'open' | 'paid'; customers: number; mean: number }>>
    >
  >()
  return byStatus.pipe(sinkTo('rows', collectTable()))
})

export const newest = job('table', ({ from }) => {
  const table = from('orders', orders).pipe(
    keyBy((order) => order.id),
    toTable('newest', { deletedIf: (order) => order.status === 'open', tie: (order) => order.placedAt }),
  )
  isTrue<Equal<typeof table, Stream<Change<string, Order>>>>()
  return table.pipe(
    map((change) => change.op),
    sinkTo('rows', collectSink()),
  )
})
