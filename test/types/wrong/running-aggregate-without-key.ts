// A running aggregate needs a key.
import { job } from 'millrace'
import { count, runningAggregate, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ KeyedStream
    runningAggregate('all', { orders: count() }),
    sinkTo('rows', collectSink()),
  ),
)
