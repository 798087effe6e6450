// Only bytes can be decoded.
import { job, json } from 'millrace'
import { decode, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ is not assignable to type 'Stream<Uint8Array
    decode(json<number>()),
    sinkTo('rows', collectSink()),
  ),
)
