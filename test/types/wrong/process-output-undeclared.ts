// A side output is declared with its type.
import { job } from 'millrace'
import { keyBy, output, process, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { type Order, orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    process('seen', {
      outputs: { late: output<Order>() },
      *onRecord(order, { output }) {
        // ↓ Argument of type '"early"' is not assignable to parameter of type '"late"'
        output('early', order)
        yield order
      },
    }),
    sinkTo('rows', collectSink()),
  ),
)
