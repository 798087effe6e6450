// The sink has a column that the rows lack.
import { job } from 'millrace'
import { aggregate, count, keyBy, map, sinkTo, tumbling, window } from 'millrace/operators'
import { lake, orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    window(tumbling('1d')),
    aggregate('per-day', { orders: count() }),
    map(({ key, window, ...totals }) => ({ customer: key, day: window.start, ...totals })),
    // ↓ Property 'cents' is missing in type
    sinkTo('lake', lake),
  ),
)
