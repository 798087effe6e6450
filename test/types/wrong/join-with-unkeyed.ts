// The other side of a join must be keyed too.
import { job } from 'millrace'
import { join, keyBy, sinkTo } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { orders } from '../orders.ts'

const payments = listSource<{ order: string; cents: number }>({})

export default job('paid', ({ from }) => {
  const unkeyed = from('payments', payments)
  return from('orders', orders).pipe(
    keyBy((order) => order.id),
    // ↓ Property 'keySelector' is missing in type 'Stream<{ order: string; cents: number; }>'
    join('paid', unkeyed, {}, (order, payment) => order.cents - payment.cents),
    sinkTo('rows', collectSink()),
  )
})
