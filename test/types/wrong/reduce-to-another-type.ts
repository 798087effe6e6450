// A reduction gives what it takes.
import { job } from 'millrace'
import { keyBy, reduce, session, sinkTo, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    window(session('30m')),
    // ↓ Type 'number' is not assignable to type 'Order'
    reduce('sum', (a, b) => a.cents + b.cents),
    sinkTo('rows', collectSink()),
  ),
)
