// A quarantine on a stream without a key.
import { job } from 'millrace'
import { map, quarantine, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    map((order) => order),
    // ↓ Property 'keySelector' is missing in type 'Stream<Order>'
    quarantine('parked'),
    sinkTo('rows', collectSink()),
  ),
)
