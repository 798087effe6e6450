// A pattern in records of another type than the stream has.
import { job } from 'millrace'
import { keyBy, matchPattern, pattern, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { orders } from '../orders.ts'

const pair = pattern<{ price: number }>().begin('first').next('second')

export default job('pairs', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    // ↓ Property 'price' is missing in type 'Order'
    matchPattern('pairs', pair),
    sinkTo('rows', collectSink()),
  ),
)
