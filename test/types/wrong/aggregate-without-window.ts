// An aggregation needs windows.
import { job } from 'millrace'
import { aggregate, count, keyBy, map, sinkTo, sum } from 'millrace/operators'
import { lake, orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    // ↓ missing the following properties from type 'WindowedStream<Key, unknown, TimeWindow>': assigner
    aggregate('per-day', { orders: count(), cents: sum((order) => order.cents) }),
    map(({ key, window, ...totals }) => ({ customer: key, day: window.start, ...totals })),
    sinkTo('lake', lake),
  ),
)
