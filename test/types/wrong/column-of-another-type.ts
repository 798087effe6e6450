// The sink has a column of another type than the rows.
import { job } from 'millrace'
import { aggregate, count, keyBy, map, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { lake, orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    window(tumbling('1d')),
    aggregate('per-day', { orders: count(), cents: sum((order) => order.cents) }),
    map(({ key, window, ...totals }) => ({ customer: 7, day: window.start, ...totals })),
    // ↓ Type 'number' is not assignable to type 'string'
    sinkTo('lake', lake),
  ),
)
