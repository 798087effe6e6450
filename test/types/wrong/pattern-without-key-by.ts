// A pattern needs keyed records.
import { job } from 'millrace'
import { matchPattern, pattern, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { type Order, orders } from '../orders.ts'

const pair = pattern<Order>().begin('first').next('second')

export default job('pairs', ({ from }) =>
  from('orders', orders).pipe(
    // ↓ Property 'keySelector' is missing in type 'Stream<Order>'
    matchPattern('pairs', pair),
    sinkTo('rows', collectSink()),
  ),
)
