// A field that the record does not have, in an asynchronous function.
import { job } from 'millrace'
import { asyncMap, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ Property 'centz' does not exist on type 'Order'
    asyncMap(async (order) => order.centz),
    sinkTo('rows', collectSink()),
  ),
)
