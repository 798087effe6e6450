// Event time is a number.
import { job } from 'millrace'
import { eventTime, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ Type 'string' is not assignable to type 'number'
    eventTime((order) => order.id),
    sinkTo('rows', collectSink()),
  ),
)
