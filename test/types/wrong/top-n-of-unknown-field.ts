// Records are ranked by what they have.
import { job } from 'millrace'
import { descending, keyBy, sinkTo, topN } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    // ↓ Property 'price' does not exist on type 'Order'
    topN('top', 3, { by: [descending((order) => order.price)] }),
    sinkTo('rows', collectSink()),
  ),
)
