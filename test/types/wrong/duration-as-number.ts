// A duration names its unit.
import { job } from 'millrace'
import { aggregate, count, keyBy, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    // ↓ '60000' is not assignable to parameter of type
    window(tumbling(60_000)),
    aggregate('per-day', { orders: count(), cents: sum((order) => order.cents) }),
    sinkTo('rows', collectSink()),
  ),
)
