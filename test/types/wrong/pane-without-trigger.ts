// Only windows with a trigger say which result it is.
import { job } from 'millrace'
import { aggregate, count, keyBy, map, sinkTo, tumbling, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    window(tumbling('1d'), { allowedLateness: '5m' }),
    aggregate('per-day', { orders: count() }),
    // ↓ Property 'pane' does not exist on type 'TimeWindow'
    map(({ window, orders }) => ({ orders, timing: window.pane.timing })),
    sinkTo('rows', collectSink()),
  ),
)
