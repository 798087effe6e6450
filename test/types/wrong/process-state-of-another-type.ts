// A state takes what it was described with.
import { job } from 'millrace'
import { keyBy, process, sinkTo, valueState } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    process('seen', {
      state: { seen: valueState(0) },
      *onRecord(order, { state }) {
        // ↓ Type 'string' is not assignable to type 'number'
        state.seen.value = order.id
        yield order
      },
    }),
    sinkTo('rows', collectSink()),
  ),
)
