// A trigger is a value, such as `every('10s')`.
import { job } from 'millrace'
import { aggregate, count, keyBy, sinkTo, tumbling, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    // ↓ Type 'string' is not assignable to type 'Trigger
    window(tumbling('1d'), { trigger: '10s' }),
    aggregate('per-day', { orders: count() }),
    sinkTo('rows', collectSink()),
  ),
)
