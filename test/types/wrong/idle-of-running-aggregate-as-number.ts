// A duration has a unit.
import { job } from 'millrace'
import { count, keyBy, runningAggregate, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    // ↓ Type 'number' is not assignable to type
    runningAggregate('customers', { orders: count() }, { idle: 60_000 }),
    sinkTo('rows', collectSink()),
  ),
)
