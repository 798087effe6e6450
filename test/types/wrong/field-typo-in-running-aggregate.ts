// A field that the rows of the changelog do not have.
import { job } from 'millrace'
import { average, groupBy, keyBy, runningAggregate, sinkTo, sum } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    runningAggregate('customers', { cents: sum((order) => order.cents) }),
    groupBy((row) => Math.floor(row.cents / 100)),
    // ↓ Property 'price' does not exist on type
    runningAggregate('classes', { mean: average((row) => row.price) }),
    sinkTo('rows', collectSink()),
  ),
)
