// With an id there are no ranks.
import { job } from 'millrace'
import { descending, keyBy, map, sinkTo, topN } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    topN('top', 3, { by: descending((order) => order.cents), id: (order) => order.id }),
    // ↓ Property 'toFixed' does not exist on type 'string'
    map(({ key: [, rank] }) => rank.toFixed()),
    sinkTo('rows', collectSink()),
  ),
)
