// An interval has units.
import { job } from 'millrace'
import { intervalJoin, keyBy, sinkTo } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { orders } from '../orders.ts'

const payments = listSource<{ order: string; cents: number }>({})

export default job('paid', ({ from }) => {
  const byOrder = from('payments', payments).pipe(keyBy((payment) => payment.order))
  return from('orders', orders).pipe(
    keyBy((order) => order.id),
    // ↓ Type 'number' is not assignable to type
    intervalJoin('paid', byOrder, { from: -5, to: '1h' }, (order, payment) => order.cents - payment.cents),
    sinkTo('rows', collectSink()),
  )
})
