// A sum of bigints has a name of its own.
import { job } from 'millrace'
import { keyBy, runningAggregate, sinkTo, sum } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    // ↓ Type 'bigint' is not assignable to type 'number'
    runningAggregate('customers', { cents: sum((order) => BigInt(order.cents)) }),
    sinkTo('rows', collectSink()),
  ),
)
