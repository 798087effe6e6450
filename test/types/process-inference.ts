// Checked by the compiler alone: what `process` and `connect` infer without an annotation.
import { job, type KeyedStream, type Stream } from 'millrace'
import {
  aggregatingState,
  connect,
  count,
  keyBy,
  listState,
  mapState,
  output,
  process,
  reducingState,
  sinkTo,
  valueState,
} from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { type Equal, isTrue } from './equal.ts'
import { type Order, orders } from './orders.ts'

export const processed = job('processed', ({ from }) => {
  const result = from('orders', orders).pipe(
    keyBy((order) => order.status),
    process('check', {
      state: {
        seen: valueState(0),
        last: valueState<Order>(),
        all: listState<string>(),
        byId: mapState<string, number>(),
        most: reducingState((a: number, b: number) => Math.max(a, b)),
        counted: aggregatingState(count()),
      },
      outputs: { late: output<Order>() },
      emits: output<{ quick: true }>(),
      *onRecord(order, { key, state, timers, emit, output }) {
        isTrue<Equal<typeof order, Order>>()
        isTrue<Equal<typeof key, 'open' | 'paid'>>()
        isTrue<Equal<typeof state.seen.value, number>>()
        isTrue<Equal<typeof state.last.value, Order | undefined>>()
        isTrue<Equal<typeof state.most.value, number | undefined>>()
        isTrue<Equal<typeof state.counted.value, number | undefined>>()
        const ms = state.byId.get('a')
        isTrue<Equal<typeof ms, number | undefined>>()
        for (const one of state.all) isTrue<Equal<typeof one, string>>()
        timers.set(order.placedAt, 'end')
        output('late', order)
        emit({ quick: true })
        yield { id: order.id }
      },
      onTimer: (time) => [{ time }],
    }),
  )
  isTrue<Equal<typeof result.sides.late, Stream<Order>>>()
  const rows: Stream<{ id: string } | { time: number } | { quick: true }> = result
  return [rows.pipe(sinkTo('a', collectSink())), result.sides.late.pipe(sinkTo('b', collectSink()))]
})

export const silent = job('silent', ({ from }) => {
  const nothing = from('orders', orders).pipe(
    keyBy((order) => order.id),
    process('quiet', {
      state: { seen: valueState(0) },
      onRecord(order, { state }) {
        isTrue<Equal<typeof order, Order>>()
        state.seen.value += 1
      },
    }),
  )
  const never: Stream<never> = nothing
  return never.pipe(sinkTo('a', collectSink()))
})

export const connected = job('connected', ({ from }) => {
  const left = from('left', orders).pipe(keyBy((order) => order.id))
  const right: KeyedStream<string, { id: string; price: number }> = from('right', orders).pipe(
    keyBy((order) => order.id),
    process('priced', { onRecord: ({ id, cents }) => [{ id, price: cents }] }),
    keyBy(({ id }) => id),
  )
  const both = left.pipe(
    connect('both', right, {
      state: { waiting: listState<Order>() },
      *onLeft(order, { state }) {
        isTrue<Equal<typeof order, Order>>()
        state.waiting.add(order)
        yield 1
      },
      *onRight({ price }, { key }) {
        isTrue<Equal<typeof price, number>>()
        isTrue<Equal<typeof key, string>>()
        yield 'a'
      },
    }),
  )
  const rows: Stream<string | number> = both
  return rows.pipe(sinkTo('a', collectSink()))
})
