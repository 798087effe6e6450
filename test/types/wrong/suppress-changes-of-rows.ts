// Only changes can be held back row by row.
import { job } from 'millrace'
import { sinkTo, suppressChanges } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('held', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ Type 'Order' is not assignable to type 'Change<
    suppressChanges('held', { after: '1h' }),
    sinkTo('rows', collectSink()),
  ),
)
