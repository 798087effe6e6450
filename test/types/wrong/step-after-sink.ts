// A sink ends the pipe.
import { job } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    sinkTo('rows', collectSink()),
    // ↓ Type 'SinkHandle' is missing the following properties from type 'Stream<unknown>': outlet
    sinkTo('again', collectSink()),
  ),
)
