// Seconds are written `s`.
import { job } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) => from('orders', orders).pipe(sinkTo('rows', collectSink())), {
  // ↓ '"10 seconds"' is not assignable to type
  checkpoint: { every: '10 seconds' },
})
