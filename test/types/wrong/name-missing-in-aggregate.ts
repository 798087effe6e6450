// An aggregation keeps its windows under a name.
import { job } from 'millrace'
import { aggregate, count, keyBy, sinkTo, tumbling, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    window(tumbling('1d')),
    // ↓ Expected 2 arguments, but got 1
    aggregate({ orders: count() }),
    sinkTo('rows', collectSink()),
  ),
)
