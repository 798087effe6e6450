// Both sides must be keyed by the same type.
import { job } from 'millrace'
import { join, keyBy, sinkTo } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { orders } from '../orders.ts'

const payments = listSource<{ order: string; cents: number }>({})

export default job('paid', ({ from }) => {
  const byCents = from('payments', payments).pipe(keyBy((payment) => payment.cents))
  return from('orders', orders).pipe(
    keyBy((order) => order.id),
    // ↓ Type 'number' is not assignable to type 'string'
    join('paid', byCents, {}, (order, payment) => order.cents - payment.cents),
    sinkTo('rows', collectSink()),
  )
})
