// Records are no changelog.
import { job } from 'millrace'
import { count, groupBy, runningAggregate, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ Type 'Order' is not assignable to type 'Change
    groupBy(() => 'all'),
    runningAggregate('all', { orders: count() }),
    sinkTo('rows', collectSink()),
  ),
)
