// A window of counts has no time.
import { job } from 'millrace'
import { apply, countWindow, keyBy, sinkTo, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    window(countWindow(10)),
    // ↓ Property 'start' does not exist on type 'CountWindow'
    apply('starts', (_key, window) => [window.start]),
    sinkTo('rows', collectSink()),
  ),
)
