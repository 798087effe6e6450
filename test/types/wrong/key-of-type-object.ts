// A key is a string or a number.
import { job } from 'millrace'
import { aggregate, count, keyBy, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ is not assignable to type 'Key'
    keyBy(({ customer, status }) => ({ customer, status })),
    window(tumbling('1d')),
    aggregate('per-day', { orders: count(), cents: sum((order) => order.cents) }),
    sinkTo('rows', collectSink()),
  ),
)
