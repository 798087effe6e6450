// A field that the record does not have, in an aggregate.
import { job } from 'millrace'
import { aggregate, count, keyBy, map, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { lake, orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    window(tumbling('1d')),
    // ↓ Property 'centz' does not exist on type 'Order'
    aggregate('per-day', { orders: count(), cents: sum((order) => order.centz) }),
    map(({ key, window, ...totals }) => ({ customer: key, day: window.start, ...totals })),
    sinkTo('lake', lake),
  ),
)
