// A sample by chance would be another one in every replay.
import { job } from 'millrace'
import { sample, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ Expected 2 arguments, but got 1
    sample(0.1),
    sinkTo('rows', collectSink()),
  ),
)
