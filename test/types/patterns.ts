// Checked by the compiler alone: what patterns infer without an annotation.
import { job, type Stream } from 'millrace'
import { keyBy, matchPattern, pattern, sinkTo } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { type Equal, isTrue } from './equal.ts'
import { type Order, orders } from './orders.ts'

type Paid = Order & { readonly status: 'paid' }

const growing = pattern<Order>()
  .begin('first', (order) => isTrue<Equal<typeof order, Order>>() === undefined)
  .next('more', (order, { first, more }) => {
    isTrue<Equal<typeof first, Order>>()
    isTrue<Equal<typeof more, readonly Order[]>>()
    return order.cents > (more.at(-1) ?? first).cents
  })
  .oneOrMore()
  .greedy()
  .consecutive()
  .notFollowedBy((order, { more }) => order.id === more[0]?.id)
  .followedBy('maybe', (order) => order.coupon !== undefined)
  .optional()
  .followedByAny('paid', (order, { maybe }): order is Paid => {
    isTrue<Equal<typeof maybe, Order | undefined>>()
    return order.status === 'paid'
  })
  .within('10m')

const pair = pattern<Order>()
  .begin('left', (order) => order.status === 'paid')
  .followedBy('right', (order, { left }) => {
    isTrue<Equal<typeof left, Order>>()
    return order.cents > left.cents
  })
  .withinPrevious('1m')

const pairs = pattern<Order>()
  .begin('start')
  .next(pair)
  .timesOrMore(2)
  .consecutive()
  .until((order, { left }) => {
    isTrue<Equal<typeof left, Order[]>>()
    return order.cents === 0
  })
  .followedBy(pattern<Order>().begin('one').next('two').oneOrMore())
  .optional()
  .followedByAny('end', (order, { right, one, two }) => {
    isTrue<Equal<typeof right, Order[]>>()
    isTrue<Equal<typeof one, Order | undefined>>()
    isTrue<Equal<typeof two, Order[]>>()
    return order.coupon !== undefined
  })

interface Pairs {
  start: Order
  left: Order[]
  right: Order[]
  one: Order | undefined
  two: Order[]
  end: Order
}

export const paired = job('pairs', ({ from }) => {
  const rows = from('orders', orders).pipe(
    keyBy((order) => order.customer),
    matchPattern('pairs', pairs, { skip: { toLast: 'right' } }),
  )
  isTrue<Equal<typeof rows, Stream<{ [N in keyof Pairs]: Pairs[N] }>>>()
  return rows.pipe(sinkTo('rows', collectSink()))
})

interface Growth {
  first: Order
  more: Order[]
  maybe: Order | undefined
  paid: Paid
}

interface EndedGrowth {
  first: Order | undefined
  more: Order[]
  maybe: Order | undefined
  paid: Paid | undefined
}

export const matched = job('growth', ({ from }) => {
  const rows = from('orders', orders).pipe(
    keyBy((order) => order.customer),
    matchPattern('growth', growing, {
      skip: { toLast: 'more' },
      late: (late) => {
        isTrue<Equal<typeof late, Stream<Order>>>()
        return late.pipe(sinkTo('late', collectSink()))
      },
      timedOut: (ended) => {
        isTrue<Equal<typeof ended, Stream<{ [N in keyof EndedGrowth]: EndedGrowth[N] }>>>()
        return ended.pipe(sinkTo('ended', collectSink()))
      },
      orderBy: (order) => [order.cents, order.id],
    }),
  )
  isTrue<Equal<typeof rows, Stream<{ [N in keyof Growth]: Growth[N] }>>>()
  return rows.pipe(sinkTo('rows', collectSink()))
})

export const twoKinds = pattern<{ kind: 'open'; at: number } | { kind: 'shut'; for: number }>()
  .begin('open', (door) => door.kind === 'open')
  .next('shut', (door, { open }) => door.kind === 'shut' && door.for > open.at)
  .times(2)
