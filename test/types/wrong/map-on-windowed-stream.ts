// Windows of records are not a stream before they are aggregated.
import { job } from 'millrace'
import { keyBy, map, sinkTo, tumbling, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    window(tumbling('1d')),
    // ↓ Property 'outlet' is missing in type 'WindowedStream<string, Order, TimeWindow>'
    map((order) => order),
    sinkTo('rows', collectSink()),
  ),
)
