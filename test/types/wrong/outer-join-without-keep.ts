// Of rows that are kept for ever, none is known to have no partner.
import { job } from 'millrace'
import { join, keyBy, sinkTo } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { orders } from '../orders.ts'

const payments = listSource<{ order: string; cents: number }>({})

export default job('paid', ({ from }) => {
  const byOrder = from('payments', payments).pipe(keyBy((payment) => payment.order))
  return from('orders', orders).pipe(
    keyBy((order) => order.id),
    // ↓ Property 'keep' is missing
    join('paid', byOrder, { kind: 'left' }, (order) => order.id),
    sinkTo('rows', collectSink()),
  )
})
