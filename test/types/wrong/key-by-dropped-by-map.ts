// map drops the key: it may have changed what the key is made of.
import { job } from 'millrace'
import { aggregate, count, keyBy, map, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { lake, orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    map((order) => order),
    // ↓ Property 'keySelector' is missing in type 'Stream<Order>'
    window(tumbling('1d')),
    aggregate('per-day', { orders: count(), cents: sum((order) => order.cents) }),
    map(({ key, window, ...totals }) => ({ customer: key, day: window.start, ...totals })),
    sinkTo('lake', lake),
  ),
)
