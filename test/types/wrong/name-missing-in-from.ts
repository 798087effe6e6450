// A source keeps its positions under a name.
import { job } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  // ↓ Expected 2-3 arguments, but got 1
  from(orders).pipe(sinkTo('rows', collectSink())),
)
