// Checked by the compiler alone: what the verbs that choose records infer without an annotation.
import { type Change, job, type Stream } from 'millrace'
import {
  ascending,
  deduplicate,
  descending,
  filter,
  keyBy,
  map,
  partition,
  sinkTo,
  splitBy,
  topN,
} from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { type Equal, isTrue } from './equal.ts'
import { type Order, orders } from './orders.ts'

type Coupon = Order & { coupon: string }
const hasCoupon = (order: Order): order is Coupon => order.coupon !== undefined

export const chosen = job('chosen', ({ from }) => {
  const read = from('orders', orders)
  const keyed = read.pipe(keyBy((order) => order.customer))

  const first = keyed.pipe(deduplicate('first', { keep: 'first' }))
  isTrue<Equal<typeof first, Stream<Order>>>()
  const last = keyed.pipe(deduplicate('last', { keep: 'last', within: '1h' }))
  isTrue<Equal<typeof last, Stream<Order>>>()
  const changes = keyed.pipe(
    deduplicate('changes', { keep: 'last', emit: 'changes', ties: (a, b) => a.cents - b.cents }),
  )
  isTrue<Equal<typeof changes, Stream<Change<string, Order>>>>()

  const top = keyed.pipe(
    topN('top', 3, { by: [descending((order) => order.cents), ascending((order) => order.placedAt)] }),
  )
  isTrue<Equal<typeof top, Stream<Change<readonly [string, number], Order>>>>()
  const topByOne = keyed.pipe(topN('top-one', 1, { by: (a, b) => a.cents - b.cents }))
  isTrue<Equal<typeof topByOne, typeof top>>()

  const split = read.pipe(
    splitBy({
      paid: (order) => order.status === 'paid',
      coupon: (order): order is Coupon => hasCoupon(order),
    }),
  )
  isTrue<Equal<typeof split.coupon, Stream<Coupon>>>()
  const rest: Stream<Order> = split.rest
  const [texts, numbers] = read.pipe(
    map((order): string | number => order.cents),
    partition((value) => typeof value === 'string'),
  )
  isTrue<Equal<typeof texts, Stream<string>>>()
  isTrue<Equal<typeof numbers, Stream<number>>>()
  const paid = split.paid.pipe(filter((order) => order.cents > 1))
  isTrue<Equal<typeof paid, Stream<Order>>>()
  return [first, last, rest, paid].map((stream, index) => stream.pipe(sinkTo(`s${index}`, collectSink())))
})
