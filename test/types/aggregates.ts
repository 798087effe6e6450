// Checked by the compiler alone: what aggregates and changelogs infer.
import { type Change, type GroupedStream, job, type Stream } from 'millrace'
import {
  argMax,
  average,
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
  quantiles,
  runningAggregate,
  sampleVariance,
  sinkTo,
  sum,
  sumBigint,
  sumDecimal,
  topK,
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
