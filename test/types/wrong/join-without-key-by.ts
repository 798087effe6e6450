// A join needs keyed records.
import { job } from 'millrace'
import { join, keyBy, sinkTo } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { orders } from '../orders.ts'

const payments = listSource<{ order: string; cents: number }>({})

export default job('paid', ({ from }) => {
  const byOrder = from('payments', payments).pipe(keyBy((payment) => payment.order))
  return from('orders', orders).pipe(
    // ↓ Property 'keySelector' is missing in type 'Stream<Order>'
    join('paid', byOrder, {}, (order, payment) => order.cents - payment.cents),
    sinkTo('rows', collectSink()),
  )
})
