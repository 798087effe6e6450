// A window needs keyed records.
import { job } from 'millrace'
import { aggregate, count, map, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { lake, orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ Property 'keySelector' is missing in type 'Stream<Order>'
    window(tumbling('1d')),
    aggregate('per-day', { orders: count(), cents: sum((order) => order.cents) }),
    map(({ key, window, ...totals }) => ({ customer: key, day: window.start, ...totals })),
    sinkTo('lake', lake),
  ),
)
