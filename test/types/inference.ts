// Checked by the compiler alone: what every verb infers without an annotation.
import {
  type FromOptions,
  type Job,
  job,
  json,
  type KeyedStream,
  ndjson,
  type SinkHandle,
  type Stream,
  type TimeWindow,
  type Undecodable,
  type WindowedStream,
} from 'millrace'
import {
  aggregate,
  asyncMap,
  average,
  count,
  decode,
  defineAggregate,
  encode,
  eventTime,
  filter,
  flatMap,
  keyBy,
  log,
  map,
  max,
  min,
  rx,
  sample,
  sinkTo,
  sum,
  tap,
  throttle,
  tumbling,
  window,
} from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { filter as rxFilter, map as rxMap } from 'rxjs'
import { z } from 'zod'
import { type Equal, isTrue } from './equal.ts'
import { lake, type Order, orders } from './orders.ts'

interface PerDay {
  key: string
  window: TimeWindow
  orders: number
  cents: number
}

export const wholeJob = job('totals', ({ from }) => {
  const read = from('orders', orders)
  isTrue<Equal<typeof read, Stream<Order>>>()

  const paid = read.pipe(filter((order) => order.status === 'paid'))
  isTrue<Equal<typeof paid, Stream<Order>>>()

  const timed = paid.pipe(eventTime((order) => order.placedAt, { outOfOrder: '10s', idleAfter: '1m' }))
  isTrue<Equal<typeof timed, Stream<Order>>>()

  const keyed = timed.pipe(keyBy((order) => order.customer))
  isTrue<Equal<typeof keyed, KeyedStream<string, Order>>>()

  const windowed = keyed.pipe(window(tumbling('1d')))
  isTrue<Equal<typeof windowed, WindowedStream<string, Order, TimeWindow>>>()

  const perDay = windowed.pipe(aggregate('per-day', { orders: count(), cents: sum((order) => order.cents) }))
  isTrue<Equal<typeof perDay, Stream<PerDay>>>()

  const rows = perDay.pipe(
    map(({ key, window, ...totals }) => ({ customer: key, day: window.start, ...totals })),
  )
  isTrue<Equal<typeof rows, Stream<{ orders: number; cents: number; customer: string; day: number }>>>()

  const end = rows.pipe(sinkTo('lake', lake))
  isTrue<Equal<typeof end, SinkHandle>>()
  return end
})
isTrue<Equal<typeof wholeJob, Job>>()

export const inOnePipe = job('totals', ({ from }) =>
  from('orders', orders).pipe(
    filter((order) => isTrue<Equal<typeof order, Order>>() === undefined),
    eventTime((order) => order.placedAt),
    keyBy((order) => order.customer),
    window(tumbling('1d')),
    aggregate('per-day', {
      orders: count(),
      cents: sum((order) => order.cents),
      least: min((order) => order.cents),
      greatest: max((order) => order.cents),
      mean: average((order) => order.cents),
      coupons: defineAggregate({
        kind: 'set',
        create: () => ['none'],
        add: (coupons, { coupon }: Order) => (coupon === undefined ? coupons : [...coupons, coupon]),
        merge: (a, b) => [...a, ...b],
        result: (coupons) => new Set(coupons),
      }),
    }),
    map((result) => {
      type Measures = { least: number; greatest: number; mean: number; coupons: Set<string> }
      isTrue<Equal<typeof result, { [N in keyof (PerDay & Measures)]: (PerDay & Measures)[N] }>>()
      return result.coupons
    }),
    flatMap((coupons) => coupons),
    map((coupon) => isTrue<Equal<typeof coupon, string>>()),
    sinkTo('rows', collectSink()),
  ),
)

export const narrowed = job('totals', ({ from }) => {
  const withCoupon = from('orders', orders).pipe(
    filter((order): order is Order & { coupon: string } => order.coupon !== undefined),
  )
  isTrue<Equal<typeof withCoupon, Stream<Order & { coupon: string }>>>()
  const coupons = withCoupon.pipe(keyBy((order) => order.coupon))
  isTrue<Equal<typeof coupons, KeyedStream<string, Order & { coupon: string }>>>()

  const narrowedByItself = from('more', orders).pipe(
    map((order) => order.coupon),
    filter((coupon) => coupon !== undefined),
  )
  isTrue<Equal<typeof narrowedByItself, Stream<string>>>()
  return [coupons.pipe(sinkTo('a', collectSink())), narrowedByItself.pipe(sinkTo('b', collectSink()))]
})

export const keys = job('totals', ({ from }) => {
  const read = from('orders', orders)
  const byLiteral = read.pipe(keyBy((order) => order.status))
  isTrue<Equal<typeof byLiteral, KeyedStream<'open' | 'paid', Order>>>()
  const byNumber = read.pipe(keyBy((order) => order.cents))
  isTrue<Equal<typeof byNumber, KeyedStream<number, Order>>>()
  const dropped = byNumber.pipe(map((order) => order.id))
  isTrue<Equal<typeof dropped, Stream<string>>>()
  const generated = read.pipe(
    flatMap(function* ({ id, cents }) {
      yield { id, half: cents / 2 }
    }),
  )
  isTrue<Equal<typeof generated, Stream<{ id: string; half: number }>>>()
  return [dropped.pipe(sinkTo('a', collectSink())), byLiteral.pipe(sinkTo('b', collectSink()))]
})

export const lateRecords = job('totals', ({ from }) =>
  from('orders', orders).pipe(
    keyBy((order) => order.customer),
    window(tumbling('1d'), {
      late: (records) => {
        const ids = records.pipe(map((order) => order.id))
        isTrue<Equal<typeof ids, Stream<string>>>()
        return ids.pipe(sinkTo('late', collectSink()))
      },
    }),
    aggregate('per-day', { orders: count() }),
    sinkTo('rows', collectSink()),
  ),
)

export const deadLetters = job('totals', ({ from }) => {
  const options: FromOptions = {
    undecodable: (records) => {
      isTrue<Equal<typeof records, Stream<Undecodable>>>()
      return records.pipe(
        map(({ data, reason }) => ({ text: Buffer.from(data).toString(), reason })),
        sinkTo('undecodable', collectSink<{ text: string; reason: string }>()),
      )
    },
  }
  return from('orders', orders, options).pipe(sinkTo('rows', collectSink()))
})

export const byTheWay = job('totals', ({ from }) => {
  const paid = from('orders', orders).pipe(
    tap((order) => isTrue<Equal<typeof order, Order>>()),
    log('seen', { show: (order) => order.id }),
    sample(0.1, (order) => order.customer),
    throttle({ records: 100, per: '1s' }),
    asyncMap(async (order, { signal, attempt }) => ({ order, retried: attempt > 1 && !signal.aborted })),
  )
  isTrue<Equal<typeof paid, Stream<{ order: Order; retried: boolean }>>>()
  const ids = paid.pipe(
    rx(
      rxFilter(({ retried }) => retried),
      rxMap(({ order }) => order.id),
    ),
  )
  isTrue<Equal<typeof ids, Stream<string>>>()
  return ids.pipe(sinkTo('ids', collectSink()))
})

export const decoded = job('totals', ({ from }) => {
  const bytes = from('orders', orders).pipe(encode(json()))
  isTrue<Equal<typeof bytes, Stream<Uint8Array>>>()
  const parsed = bytes.pipe(decode(json(z.object({ cents: z.coerce.number() }))))
  isTrue<Equal<typeof parsed, Stream<{ cents: number }>>>()
  const lists = bytes.pipe(decode(ndjson<Order>()))
  isTrue<Equal<typeof lists, Stream<readonly Order[]>>>()
  return [parsed.pipe(sinkTo('a', collectSink())), lists.pipe(sinkTo('b', collectSink()))]
})
