// A table is looked into by its own keys.
import { job } from 'millrace'
import { broadcast, lookupJoin, sinkTo } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { orders } from '../orders.ts'

const payments = listSource<{ order: string; cents: number }>({})

export default job('paid', ({ from }) => {
  const table = from('payments', payments).pipe(broadcast((payment) => payment.order))
  return from('orders', orders).pipe(
    // ↓ Type 'number' is not assignable to type 'string'
    lookupJoin('paid', table, { by: (order) => order.cents }, (order, payment) => order.cents - payment.cents),
    sinkTo('rows', collectSink()),
  )
})
