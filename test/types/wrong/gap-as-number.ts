// A gap by record is a duration with its unit.
import { job } from 'millrace'
import { aggregate, count, keyBy, session, sinkTo, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('visits', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    // ↓ Type 'number' is not assignable to type
    window(session((order) => order.cents)),
    aggregate('visits', { orders: count() }),
    sinkTo('rows', collectSink()),
  ),
)
