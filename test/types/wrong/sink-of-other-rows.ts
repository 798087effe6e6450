// A sink of numbers takes no orders.
import { job } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ Type 'Order' is not assignable to type 'number'
    sinkTo('rows', collectSink<number>()),
  ),
)
