import fc from 'fast-check'
import { job, run, type Stream, type TimeWindow, type WindowAssigner } from 'millrace'
import {
  aggregate,
  argMax,
  count,
  eventTime,
  keyBy,
  map,
  max,
  quantiles,
  session,
  sinkTo,
  sliding,
  sum,
  tumbling,
  window,
  windowAll,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf } from './anyhow.ts'

interface Order {
  readonly id: number
  readonly customer: string
  readonly time: number
  readonly cents: number
}

const drawn = fc
  .array(
    fc.record({
      customer: fc.constantFrom('a', 'b', 'c', 'd'),
      time: fc.integer({ min: -30, max: 60 }),
      cents: fc.constantFrom(0.1, 0.2, 0.3, 5, 1e15),
    }),
    { maxLength: 40 },
  )
  .map((orders) => orders.map((order, id): Order => ({ id, ...order })))

const timeOf = ({ time }: Order) => time
const cents = sum(({ cents }: Order) => cents)
const dearest = argMax(({ cents, id }: Order) => [cents, id])

/** What each window of all records comes to, by a loop over them. */
function naive(orders: readonly Order[], windowsOf: (time: number) => readonly number[]): string[] {
  const windows = new Map<number, Order[]>()
  for (const order of orders)
    for (const start of windowsOf(order.time)) windows.set(start, [...(windows.get(start) ?? []), order])
  return [...windows]
    .map(([start, held]) => {
      const [best] = held.toSorted((a, b) => b.cents - a.cents || b.id - a.id)
      return `${start} ${held.length} ${best!.id}`
    })
    .sort()
}

const multiples = (step: number, size: number) => (time: number) =>
  Array.from({ length: size / step }, (_, index) => Math.floor(time / step) * step - index * step)

describe('a window of all records', () => {
  it.each<[string, WindowAssigner<TimeWindow, unknown>, (time: number) => readonly number[]]>([
    ['tumbling', tumbling('10ms'), multiples(10, 10)],
    ['sliding', sliding('20ms', '5ms'), multiples(5, 20)],
  ])('gives the same of whatever parts it is put together, %s', (_kind, assigner, windowsOf) =>
    fc.assert(
      fc.asyncProperty(drawn, manners, async (orders, manner) => {
        const rows = await rowsOf({ inputs: [orders], timeOf, disorderMs: 20 }, manner, (stream) =>
          stream.pipe(
            windowAll(assigner),
            aggregate('all', { n: count(), dearest }),
            map(({ key, window, n, dearest }) => `${key} ${window.start} ${n} ${dearest.id}`),
          ),
        )
        expect(rows.toSorted()).toEqual(naive(orders, windowsOf).map((row) => `all ${row}`))
      }),
      { numRuns: 25 },
    ),
  )

  it('gives the same when each key has been put together before', () =>
    fc.assert(
      fc.asyncProperty(drawn, manners, async (orders, manner) => {
        const trial = { inputs: [orders], timeOf, disorderMs: 20 }
        const direct = await rowsOf(trial, manner, (stream) =>
          stream.pipe(
            windowAll(tumbling('10ms')),
            aggregate('all', { n: count(), cents, most: max(({ cents }) => cents) }),
          ),
        )
        const before = await rowsOf(trial, manner, (stream) =>
          stream.pipe(
            keyBy(({ customer }) => customer),
            window(tumbling('10ms')),
            aggregate('parts', { n: count(), cents, most: max(({ cents }) => cents) }),
            windowAll(tumbling('10ms')),
            aggregate('all', {
              n: sum((part) => part.n),
              cents: sum((part) => part.cents),
              most: max((part) => part.most),
            }),
          ),
        )
        const texts = (rows: readonly { readonly window: { start: number }; n: number; most: number }[]) =>
          rows.map(({ window, n, most }) => `${window.start} ${n} ${most}`)
        expect(texts(before)).toEqual(texts(direct))
      }),
      { numRuns: 25 },
    ))

  it.each<[string, (orders: Stream<Order>) => Stream<unknown>]>([
    ['tumbling', (orders) => orders.pipe(windowAll(tumbling('1h')), aggregate('all', parts))],
    ['sliding', (orders) => orders.pipe(windowAll(sliding('1h', '30m')), aggregate('all', parts))],
    ['session', (orders) => orders.pipe(windowAll(session('1h')), aggregate('all', parts))],
  ])('keeps no records, however many come: %s', async (_kind, steps) => {
    const bytesOf = async (records: number) => {
      const store = memoryStore()
      let most = 0
      const measured: typeof store = {
        ...store,
        writeOnce: (name, content) => {
          most = Math.max(most, content.length)
          return store.writeOnce(name, content)
        },
        read: (name) => store.read(name),
        list: (prefix) => store.list(prefix),
        delete: (name) => store.delete(name),
      }
      const all = Array.from({ length: records }, (_, id) => ({
        value: { id, customer: 'a', time: id % 1000, cents: (id % 7) + 0.1 },
        arrivalTime: 0,
      }))
      const described = job(
        'bounded',
        ({ from }) =>
          steps(
            from('orders', listSource({ s: all }, { perFetch: 500 })).pipe(
              eventTime(timeOf, { outOfOrder: '1s' }),
            ),
          ).pipe(sinkTo('out', collectSink())),
        { checkpoint: { every: '1ms' } },
      )
      await run(described, { checkpoints: measured })
      return most
    }
    expect(await bytesOf(20_000)).toBeLessThan(1.5 * (await bytesOf(2_000)))
  })
})

const parts = {
  n: count(),
  cents,
  dearest,
  middle: quantiles(({ cents }: Order) => cents, [0.5]),
}
