// The keys of two connected streams mean the same.
import { job } from 'millrace'
import { connect, keyBy, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) => {
  const byCents = from('others', orders).pipe(keyBy((order) => order.cents))
  return from('orders', orders).pipe(
    keyBy((order) => order.customer),
    // ↓ Type 'string' is not assignable to type 'number'
    connect('both', byCents, { onLeft: (order) => [order.id], onRight: (order) => [order.id] }),
    sinkTo('rows', collectSink()),
  )
})
