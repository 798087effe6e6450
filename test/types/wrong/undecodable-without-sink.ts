// Undecodable records end in a sink.
import { job } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  // ↓ Property 'sink' is missing in type 'Stream<Undecodable>'
  from('orders', orders, { undecodable: (records) => records }).pipe(sinkTo('rows', collectSink())),
)
