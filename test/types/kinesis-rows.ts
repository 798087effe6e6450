// Checked by the compiler alone: what the types of the Kinesis sink infer, and what they refuse.
import { job } from 'millrace'
import { kinesisSink } from 'millrace/connectors/kinesis'
import { map, sinkTo } from 'millrace/operators'
import type { Sink } from '../../src/contract/sink.ts'
import type { Equal } from './equal.ts'
import { type Order, orders } from './orders.ts'

type RowOf<S> = S extends Sink<infer T> ? T : never

export const annotatedOnce = kinesisSink({
  stream: 'orders',
  partitionKey: (order: Order) => order.customer,
  encode: (order) => {
    const rowIsInferred: Equal<typeof order, Order> = true
    return `${order.id} ${rowIsInferred}`
  },
  explicitHashKey: (order) => String(order.cents),
})
export const sinkTakesTheRow: Equal<RowOf<typeof annotatedOnce>, Order> = true

export const inferredFromTheStream = job('totals', ({ from }) =>
  from('orders', orders).pipe(
    map(({ customer, cents }) => ({ customer, cents })),
    sinkTo(
      'totals',
      kinesisSink({
        stream: 'totals',
        partitionKey: (row) => {
          const rowIsInferred: Equal<typeof row, { customer: string; cents: number }> = true
          return `${row.customer} ${rowIsInferred}`
        },
        delivery: 'checkpointed',
      }),
    ),
  ),
)
