// A sink keeps what it has staged under a name.
import { job } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ Expected 2 arguments, but got 1
    sinkTo(collectSink()),
  ),
)
