// A broadcast table is no stream.
import { job } from 'millrace'
import { broadcast, map, sinkTo } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'

const payments = listSource<{ order: string; cents: number }>({})

export default job('paid', ({ from }) => {
  return from('payments', payments).pipe(
    broadcast((payment) => payment.order),
    // ↓ is missing the following properties from type 'Stream<
    map((payment) => payment.cents),
    sinkTo('rows', collectSink()),
  )
})
