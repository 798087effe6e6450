// The rows have no such field.
import { job } from 'millrace'
import { kinesisSink } from 'millrace/connectors/kinesis'
import { sinkTo } from 'millrace/operators'
import { orders } from '../orders.ts'

export default job('copy', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ Property 'costumer' does not exist on type 'Order'
    sinkTo('copy', kinesisSink({ stream: 'copy', partitionKey: (order) => order.costumer })),
  ),
)
