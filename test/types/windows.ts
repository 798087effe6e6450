// Checked by the compiler alone: what windows of every kind infer.
import { job, type Stream, type TimeWindow, type WindowedStream } from 'millrace'
import {
  aggregate,
  apply,
  assignedWindows,
  type CountWindow,
  count,
  countWindow,
  defineTrigger,
  type EverythingWindow,
  every,
  globalWindow,
  keepLast,
  keepNear,
  keyBy,
  map,
  max,
  onCount,
  onTime,
  type Pane,
  type Paned,
  purging,
  reduce,
  session,
  sinkTo,
  sliding,
  tumbling,
  window,
  windowAll,
} from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { type Equal, isTrue } from './equal.ts'
import { type Order, orders } from './orders.ts'

export const kinds = job('totals', ({ from }) => {
  const keyed = from('orders', orders).pipe(keyBy((order) => order.customer))

  const slid = keyed.pipe(window(sliding('1h', '5m', { time: 'processing' })))
  isTrue<Equal<typeof slid, WindowedStream<string, Order, TimeWindow>>>()

  const sessions = keyed.pipe(window(session('30m'), { allowedLateness: '1h' }))
  isTrue<Equal<typeof sessions, WindowedStream<string, Order, TimeWindow>>>()

  const counted = keyed.pipe(window(countWindow(10, 5)), aggregate('counted', { n: count() }))
  isTrue<Equal<typeof counted, Stream<{ key: string; window: CountWindow; n: number }>>>()

  const everything = keyed.pipe(window(globalWindow(), { trigger: purging(onCount(10)) }))
  isTrue<Equal<typeof everything, WindowedStream<string, Order, EverythingWindow & Paned>>>()

  const paned = keyed.pipe(
    window(tumbling('1d', { zone: 'Europe/Berlin' }), {
      trigger: every('10s'),
      late: (records) => {
        isTrue<Equal<typeof records, Stream<Order>>>()
        return records.pipe(sinkTo('late', collectSink()))
      },
    }),
    aggregate('early', { most: max((order) => order.cents) }),
    map(({ key, window: { start, pane }, most }) => ({ key, start, most, final: pane.timing !== 'early' })),
  )
  isTrue<Equal<typeof paned, Stream<{ key: string; start: number; most: number; final: boolean }>>>()

  const latest = sessions.pipe(reduce('latest', (a, b) => (b.placedAt > a.placedAt ? b : a)))
  isTrue<Equal<typeof latest, Stream<{ key: string; window: TimeWindow; value: Order }>>>()

  const listed = slid.pipe(
    apply(
      'listed',
      function* (key, { end }, records) {
        for (const record of records) yield { key, end, id: record.id }
      },
      { orderBy: (a, b) => a.cents - b.cents },
    ),
  )
  isTrue<Equal<typeof listed, Stream<{ key: string; end: number; id: string }>>>()

  const all = from('more', orders).pipe(
    windowAll(tumbling('1m'), { trigger: onTime() }),
    aggregate('all', { most: max((order) => order.cents) }),
  )
  isTrue<Equal<typeof all, Stream<{ key: 'all'; window: TimeWindow & Paned; most: number }>>>()

  const byRecord = keyed.pipe(
    window(
      session((order) => {
        isTrue<Equal<typeof order, Order>>()
        return order.coupon === undefined ? '5m' : '1h'
      }),
    ),
  )
  isTrue<Equal<typeof byRecord, WindowedStream<string, Order, TimeWindow>>>()

  const assigned = keyed.pipe(
    window(
      assignedWindows('days', (order, time) => [{ start: order.placedAt, end: time + order.cents }]),
      {
        trigger: defineTrigger('large', {
          create: () => ({ cents: 0 }),
          onRecord(order, { state, timers, window }) {
            isTrue<Equal<typeof order, Order>>()
            isTrue<Equal<typeof state, { cents: number }>>()
            timers.set(window.last)
            state.cents += order.cents
            return state.cents > 1000 ? 'fire-and-purge' : 'continue'
          },
          onTimer: () => 'fire',
          onMerge: (states, { state }) => {
            state.cents = states.reduce((sum, { cents }) => sum + cents, 0)
          },
        }),
      },
    ),
    apply('largest', (_key, { pane }, records) => records.map(({ id }) => ({ id, pane })), {
      evict: keepNear(10, (order, last) => order.cents - last.cents),
    }),
  )
  isTrue<Equal<typeof assigned, Stream<{ id: string; pane: Pane }>>>()

  const ofLast = sessions.pipe(apply('last', (_key, _window, records) => records, { evict: keepLast(1) }))
  isTrue<Equal<typeof ofLast, Stream<Order>>>()

  return [
    byRecord.pipe(aggregate('g', { n: count() }), sinkTo('g', collectSink())),
    assigned.pipe(sinkTo('h', collectSink())),
    ofLast.pipe(sinkTo('i', collectSink())),
    counted.pipe(sinkTo('a', collectSink())),
    paned.pipe(sinkTo('b', collectSink())),
    latest.pipe(sinkTo('c', collectSink())),
    listed.pipe(sinkTo('d', collectSink())),
    all.pipe(sinkTo('e', collectSink())),
    everything.pipe(aggregate('f', { n: count() }), sinkTo('f', collectSink())),
  ]
})
