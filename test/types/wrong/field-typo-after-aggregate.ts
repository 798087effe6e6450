// A field that the window's result does not have.
import { job } from 'millrace'
import { aggregate, count, keyBy, map, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    window(tumbling('1d')),
    aggregate('per-day', { orders: count(), cents: sum((order) => order.cents) }),
    // ↓ Property 'total' does not exist on type
    map(({ key, total }) => ({ key, total })),
    sinkTo('rows', collectSink()),
  ),
)
