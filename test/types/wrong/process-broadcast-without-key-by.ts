// State is kept by key.
import { job } from 'millrace'
import { broadcast, processBroadcast, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('seen', ({ from }) => {
  const rows = from('orders', orders)
  return rows.pipe(
    // ↓ Property 'keySelector' is missing
    processBroadcast('seen', rows.pipe(broadcast((order) => order.id)), { onRecord: () => [1] }),
    sinkTo('rows', collectSink()),
  )
})
