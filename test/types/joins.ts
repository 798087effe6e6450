// Checked by the compiler alone: what joins infer without an annotation.
import { type Change, job, type KeyedStream, type Stream, type TimeWindow } from 'millrace'
import {
  type BroadcastStream,
  broadcast,
  coGroup,
  connectBroadcast,
  intervalJoin,
  join,
  joinChanges,
  keyBy,
  keyChangesBy,
  lookupJoin,
  output,
  processBroadcast,
  sinkTo,
  temporalJoin,
  toChanges,
  tumbling,
  valueState,
  windowJoin,
} from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { type Equal, isTrue } from './equal.ts'
import { type Order, orders } from './orders.ts'

interface Payment {
  readonly order: string
  readonly method: 'card' | 'cash'
}
const payments = listSource<Payment>({})

export const joins = job('joins', ({ from }) => {
  const byId = from('orders', orders).pipe(keyBy((order) => order.id))
  const byOrder = from('payments', payments).pipe(keyBy((payment) => payment.order))

  const joined = byId.pipe(join('a', byOrder, { keep: '1h' }, (order, payment) => ({ order, payment })))
  isTrue<Equal<typeof joined, Stream<{ order: Order; payment: Payment }>>>()

  const near = byId.pipe(
    intervalJoin(
      'b',
      byOrder,
      {
        from: '-5m',
        to: (order) => {
          isTrue<Equal<typeof order, Order>>()
          return order.placedAt
        },
        where: (order, payment) => order.coupon === payment.method,
        late: (records) => {
          isTrue<Equal<typeof records, Stream<Order | Payment>>>()
          return records.pipe(sinkTo('late', collectSink()))
        },
      },
      (order, payment) => {
        isTrue<Equal<typeof payment, Payment>>()
        return order.cents
      },
    ),
  )
  isTrue<Equal<typeof near, Stream<number>>>()

  const outer = byId.pipe(
    intervalJoin('c', byOrder, { from: '0s', to: '5m', kind: 'left' }, (_order, payment) => payment?.method),
  )
  isTrue<Equal<typeof outer, Stream<'card' | 'cash' | undefined>>>()

  const both = byId.pipe(
    intervalJoin('full', byOrder, { from: '0s', to: '5m', kind: 'full' }, (order, payment) => ({
      order,
      payment,
    })),
  )
  isTrue<Equal<typeof both, Stream<{ order: Order | undefined; payment: Payment | undefined }>>>()

  const others = byId.pipe(
    join('right', byOrder, { keep: '5m', kind: 'right' }, (order, payment) => {
      isTrue<Equal<typeof order, Order | undefined>>()
      return payment.method
    }),
  )
  isTrue<Equal<typeof others, Stream<'card' | 'cash'>>>()

  const windowed = byId.pipe(
    windowJoin('d', byOrder, { window: tumbling('1d') }, (order, payment, { end }) => {
      isTrue<Equal<typeof order, Order>>()
      return { method: payment.method, end }
    }),
  )
  isTrue<Equal<typeof windowed, Stream<{ method: 'card' | 'cash'; end: number }>>>()

  const outerWindows = byId.pipe(
    windowJoin('d2', byOrder, { window: tumbling('1d'), kind: 'full' }, (order, payment) => ({
      order,
      payment,
    })),
  )
  isTrue<Equal<typeof outerWindows, Stream<{ order: Order | undefined; payment: Payment | undefined }>>>()

  const grouped = byId.pipe(
    coGroup('e', byOrder, { window: tumbling('1d') }, function* ({ key, window, left, right }) {
      isTrue<Equal<typeof window, TimeWindow>>()
      yield { key, orders: left, payments: right }
    }),
  )
  isTrue<
    Equal<typeof grouped, Stream<{ key: string; orders: readonly Order[]; payments: readonly Payment[] }>>
  >()

  const versioned = byId.pipe(temporalJoin('f', byOrder, {}, (_order, payment) => payment))
  isTrue<Equal<typeof versioned, Stream<Payment>>>()
  const versions = byId.pipe(
    temporalJoin(
      'g',
      byOrder,
      { version: (payment) => (payment.method === 'cash' ? undefined : payment.method.length), kind: 'left' },
      (_order, version) => version,
    ),
  )
  isTrue<Equal<typeof versions, Stream<number | undefined>>>()
  const all = [joined, near, outer, windowed, grouped, versioned, versions] as const
  return all.map((stream: Stream<unknown>, index) => stream.pipe(sinkTo(`out-${index}`, collectSink())))
})

export const changes = job('changes', ({ from }) => {
  const inserted = from('orders', orders).pipe(toChanges((order) => order.id))
  isTrue<Equal<typeof inserted, Stream<Change<string, Order>>>>()
  const byCustomer = inserted.pipe(keyChangesBy((order) => order.customer))
  isTrue<Equal<typeof byCustomer, KeyedStream<string, Change<string, Order>>>>()
  const paid = from('payments', payments).pipe(
    toChanges(() => 1),
    keyChangesBy((payment) => payment.order),
  )
  const inner = byCustomer.pipe(joinChanges('a', paid, {}, (order, payment) => [order, payment] as const))
  isTrue<Equal<typeof inner, Stream<Change<string, readonly [Order, Payment]>>>>()
  const left = byCustomer.pipe(
    joinChanges('b', paid, { kind: 'left' }, (order, payment) => [order, payment] as const),
  )
  isTrue<Equal<typeof left, Stream<Change<string, readonly [Order, Payment | undefined]>>>>()
  const full = byCustomer.pipe(
    joinChanges('c', paid, { kind: 'full' }, (order, payment) => [order, payment] as const),
  )
  isTrue<Equal<typeof full, Stream<Change<string, readonly [Order | undefined, Payment | undefined]>>>>()
  const rows: readonly Stream<unknown>[] = [inner, left, full]
  return rows.map((stream, index) => stream.pipe(sinkTo(`out-${index}`, collectSink())))
})

export const tables = job('tables', ({ from }) => {
  const read = from('payments', payments)
  const table = read.pipe(broadcast((payment) => payment.order))
  isTrue<Equal<typeof table, BroadcastStream<string, Payment>>>()
  const methods = read.pipe(
    broadcast(
      (payment) => payment.order,
      (payment) => payment.method,
    ),
  )
  isTrue<Equal<typeof methods, BroadcastStream<string, 'card' | 'cash'>>>()
  const found = from('orders', orders).pipe(
    lookupJoin('a', methods, { by: (order) => order.coupon }, (order, method) => ({ id: order.id, method })),
    lookupJoin('b', table, { by: ({ id }) => id, kind: 'left' }, ({ method }, payment) => [
      method,
      payment?.order,
    ]),
  )
  isTrue<Equal<typeof found, Stream<(string | undefined)[]>>>()
  const seen = from('again', orders).pipe(
    connectBroadcast('c', methods, { waitFor: 'nothing' }, (order, methods) => {
      isTrue<Equal<typeof methods, ReadonlyMap<string, 'card' | 'cash'>>>()
      return [order.id]
    }),
  )
  isTrue<Equal<typeof seen, Stream<string>>>()

  const counted = from('keyed', orders).pipe(
    keyBy((order) => order.customer),
    processBroadcast('d', methods, {
      state: { count: valueState(0) },
      outputs: { rest: output<Order>() },
      late: (records) => {
        isTrue<Equal<typeof records, Stream<Order>>>()
        return records.pipe(sinkTo('late', collectSink()))
      },
      *onRecord(order, { key, state, table, output }) {
        isTrue<Equal<typeof order, Order>>()
        isTrue<Equal<typeof key, string>>()
        isTrue<Equal<typeof table, ReadonlyMap<string, 'card' | 'cash'>>>()
        state.count.value += 1
        output('rest', order)
        yield order.cents
      },
      onTimer: (time, { table }, name) => [{ time, size: table.size, name }],
    }),
  )
  isTrue<Equal<typeof counted.sides.rest, Stream<Order>>>()
  const all: Stream<number | { time: number; size: number; name: string | undefined }> = counted
  void all
  return [
    found.pipe(sinkTo('found', collectSink())),
    seen.pipe(sinkTo('seen', collectSink())),
    counted.pipe(sinkTo('counted', collectSink())),
  ]
})
