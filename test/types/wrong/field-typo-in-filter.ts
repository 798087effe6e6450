// A value that the field never has.
import { job } from 'millrace'
import { filter, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ types '"open" | "paid"' and '"payed"' have no overlap
    filter((order) => order.status === 'payed'),
    sinkTo('rows', collectSink()),
  ),
)
