// A record is split by what it has.
import { job } from 'millrace'
import { sinkTo, splitBy } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) => {
  const { eu } = from('orders', orders).pipe(
    // ↓ Property 'region' does not exist on type 'Order'
    splitBy({ eu: (order) => order.region === 'eu' }),
  )
  return eu.pipe(sinkTo('rows', collectSink()))
})
