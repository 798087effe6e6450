// An option that does not exist.
import { job } from 'millrace'
import { eventTime, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ 'outOfOrdr' does not exist in type 'EventTimeOptions<
    eventTime((order) => order.placedAt, { outOfOrdr: '10s' }),
    sinkTo('rows', collectSink()),
  ),
)
