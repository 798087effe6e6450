// A job ends in sinks.
import { job } from 'millrace'
import { map } from 'millrace/operators'
import { orders } from '../orders.ts'

export default job('totals', ({ from }) =>
  // ↓ 'Stream<number>' is not assignable to type
  from('orders', orders).pipe(map((order) => order.cents)),
)
