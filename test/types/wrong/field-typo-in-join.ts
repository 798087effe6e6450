// A join knows the records of both sides.
import { job } from 'millrace'
import { keyBy, sinkTo, tumbling, windowJoin } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { orders } from '../orders.ts'

const payments = listSource<{ order: string; cents: number }>({})

export default job('paid', ({ from }) => {
  const byOrder = from('payments', payments).pipe(keyBy((payment) => payment.order))
  return from('orders', orders).pipe(
    keyBy((order) => order.id),
    // ↓ Property 'cent' does not exist on type '{ order: string; cents: number; }'
    windowJoin('paid', byOrder, { window: tumbling('1d') }, (order, payment) => order.cents - payment.cent),
    sinkTo('rows', collectSink()),
  )
})
