// The last record is known once its group is over.
import { job } from 'millrace'
import { deduplicate, keyBy, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    // ↓ Property 'within' is missing in type '{ keep: "last"; }'
    deduplicate('last', { keep: 'last' }),
    sinkTo('rows', collectSink()),
  ),
)
