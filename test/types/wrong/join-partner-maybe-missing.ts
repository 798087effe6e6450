// A left join may find nothing.
import { job } from 'millrace'
import { intervalJoin, keyBy, sinkTo } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { orders } from '../orders.ts'

const payments = listSource<{ order: string; cents: number }>({})

export default job('paid', ({ from }) => {
  const byOrder = from('payments', payments).pipe(keyBy((payment) => payment.order))
  return from('orders', orders).pipe(
    keyBy((order) => order.id),
    // ↓ 'payment' is possibly 'undefined'
    intervalJoin('paid', byOrder, { from: '0s', to: '1h', kind: 'left' }, (_order, payment) => payment.cents),
    sinkTo('rows', collectSink()),
  )
})
