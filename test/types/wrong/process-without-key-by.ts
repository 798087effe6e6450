// State and timers are of a key.
import { job } from 'millrace'
import { process, sinkTo, valueState } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ Property 'keySelector' is missing
    process('seen', {
      state: { seen: valueState(0) },
      onRecord: (_order, { state }) => [state.seen.value],
    }),
    sinkTo('rows', collectSink()),
  ),
)
