// The sink has a column that the rows call otherwise.
import { job } from 'millrace'
import { aggregate, count, keyBy, map, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { lake, orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    window(tumbling('1d')),
    aggregate('per-day', { orders: count(), cents: sum((order) => order.cents) }),
    map(({ key, window, ...totals }) => ({ client: key, day: window.start, ...totals })),
    // ↓ Property 'customer' is missing in type '{ orders: number; cents: number; client: string; day: number; }'
    sinkTo('lake', lake),
  ),
)
