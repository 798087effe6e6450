// Late records end in a sink.
import { job } from 'millrace'
import { aggregate, count, keyBy, map, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    // ↓ Property 'sink' is missing in type 'Stream<Order>'
    window(tumbling('1d'), { late: (records) => records.pipe(map((order) => order)) }),
    aggregate('per-day', { orders: count(), cents: sum((order) => order.cents) }),
    sinkTo('rows', collectSink()),
  ),
)
