// Checked by the compiler alone: a quarantine keeps the key and the type of the records.
import { job, type KeyedStream } from 'millrace'
import { keyBy, quarantine, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { type Equal, isTrue } from './equal.ts'
import { type Order, orders } from './orders.ts'

export const parked = job('parked', ({ from }) => {
  const stream = from('orders', orders).pipe(
    keyBy((order) => order.status),
    quarantine('parked', { perKey: 5, inAll: '1MiB', atEnd: 'keep' }),
  )
  isTrue<Equal<typeof stream, KeyedStream<Order['status'], Order>>>()
  return stream.pipe(sinkTo('out', collectSink<Order>()))
})
