// Checked by the compiler alone: plain functions are operators, and RxJS's `pipe` makes one of several.
import { job, type KeyedStream, type Step, type Stream, type TimeWindow } from 'millrace'
import { aggregate, count, filter, keyBy, map, sinkTo, tumbling, window } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { pipe } from 'rxjs'
import { type Equal, isTrue } from './equal.ts'
import { type Order, orders } from './orders.ts'

const paidOnly = (upstream: Stream<Order>) => upstream.pipe(filter((order) => order.status === 'paid'))

const countPerDay = <K, T>(upstream: KeyedStream<K, T>) =>
  upstream.pipe(window(tumbling('1d')), aggregate('per-day', { records: count() }))

const latest =
  <T>(count: number): Step<Stream<T>, Stream<T[]>> =>
  (upstream) =>
    upstream.pipe(map((value) => Array<T>(count).fill(value)))

const idsOfPaid = pipe(
  paidOnly,
  map((order) => order.id),
)
isTrue<Equal<typeof idsOfPaid, (upstream: Stream<Order>) => Stream<string>>>()

export const plainFunctions = job('totals', ({ from }) => {
  const paid = from('orders', orders).pipe(paidOnly)
  isTrue<Equal<typeof paid, Stream<Order>>>()
  const counted = paid.pipe(
    keyBy((order) => order.customer),
    countPerDay,
  )
  isTrue<Equal<typeof counted, Stream<{ key: string; window: TimeWindow; records: number }>>>()
  const lists = counted.pipe(latest(3))
  isTrue<Equal<typeof lists, Stream<{ key: string; window: TimeWindow; records: number }[]>>>()
  return lists.pipe(sinkTo('rows', collectSink()))
})

export const composed = job('totals', ({ from }) => {
  const ids = from('orders', orders).pipe(idsOfPaid)
  isTrue<Equal<typeof ids, Stream<string>>>()
  const counted = from('again', orders).pipe(
    pipe(
      keyBy((order: Order) => order.customer),
      countPerDay,
    ),
    map(({ key, records }) => `${key}: ${records}`),
  )
  isTrue<Equal<typeof counted, Stream<string>>>()
  return [ids.pipe(sinkTo('a', collectSink())), counted.pipe(sinkTo('b', collectSink()))]
})
