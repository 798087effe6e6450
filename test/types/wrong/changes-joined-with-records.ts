// Changes are joined with changes.
import { job } from 'millrace'
import { joinChanges, keyBy, keyChangesBy, sinkTo, toChanges } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { orders } from '../orders.ts'

const payments = listSource<{ order: string; cents: number }>({})

export default job('paid', ({ from }) => {
  const byOrder = from('payments', payments).pipe(keyBy((payment) => payment.order))
  return from('orders', orders).pipe(
    toChanges((order) => order.id),
    keyChangesBy((order) => order.id),
    // ↓ is not assignable to parameter of type 'KeyedStream<string, Change<Key, unknown>>'
    joinChanges('paid', byOrder, {}, (order) => order.cents),
    sinkTo('rows', collectSink()),
  )
})
