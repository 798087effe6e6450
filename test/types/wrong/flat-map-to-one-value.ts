// flatMap takes many values of each record.
import { job } from 'millrace'
import { flatMap, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ Type 'number' is not assignable to type 'Iterable<
    flatMap((order) => order.cents),
    sinkTo('rows', collectSink()),
  ),
)
