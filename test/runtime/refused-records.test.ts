import { type FailedRecord, type Job, job, run, type Stream } from 'millrace'
import {
  aggregate,
  count,
  eventTime,
  filter,
  flatMap,
  keyBy,
  map,
  process,
  sample,
  sinkTo,
  sum,
  tap,
  topN,
  tumbling,
  valueState,
  window,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import { failureOf } from './failed.ts'
import { impatientClock } from './impatient-clock.ts'

interface Order {
  readonly customer: unknown
  readonly at: unknown
  readonly cents: number
}

type Orders = Stream<Order>

const keyOf = ({ customer }: Order) => customer as string
const refuseOdd = (order: Order): boolean => {
  if (order.cents % 2 === 1) throw new RangeError('odd')
  return true
}

const perSecond = (orders: Orders) =>
  orders.pipe(
    keyBy(keyOf),
    window(tumbling('1s')),
    aggregate('totals', { n: count(), cents: sum(({ cents }) => cents) }),
  )
const running = (orders: Orders) =>
  orders.pipe(
    keyBy(keyOf),
    process('seen', {
      state: { cents: valueState(0) },
      onRecord: ({ cents }, { state }) => {
        state.cents.value += cents
        if (cents % 2 === 1) throw new RangeError('odd')
        return [state.cents.value]
      },
    }),
  )
const best = (orders: Orders) =>
  orders.pipe(keyBy(keyOf), topN('best', 2, { by: (a, b) => b.cents - a.cents }))
const fine: Order = { customer: 'a', at: 5, cents: 2 }

/** A job, the operator that refuses, by which code, and what it refuses. */
const cases: readonly (readonly [
  what: string,
  steps: (orders: Orders) => Stream<unknown>,
  operator: string,
  code: string,
  bad: readonly Partial<Order>[],
])[] = [
  ...(
    [
      ['the key of a window', perSecond, 'totals'],
      ['the key of a process', running, 'seen'],
      ['the key of a top-N', best, 'best'],
      ['the key of a sample', (orders: Orders) => orders.pipe(sample(1, keyOf)), 'orders/sample-1'],
    ] as const
  ).map(
    ([what, steps, operator]) =>
      [
        what,
        steps,
        operator,
        'KEY_INVALID',
        [
          undefined,
          null,
          Number.NaN,
          Number.POSITIVE_INFINITY,
          Number.NEGATIVE_INFINITY,
          true,
          {},
          [],
          Symbol('key'),
          () => 'key',
          new Date(0),
          Promise.resolve('a'),
          'half \ud83d',
        ].map((customer) => ({ customer })),
      ] as const,
  ),
  [
    'an event time',
    (orders) => perSecond(orders.pipe(eventTime(({ at }) => at as number))),
    'orders/eventTime-1',
    'EVENT_TIME_INVALID',
    [
      undefined,
      null,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      8.64e15 + 1e10,
      -8.64e15 - 1e10,
      new Date(0),
      '5',
      5n,
      {},
      Promise.resolve(5),
    ].map((at) => ({ at })),
  ],
  ['map', (orders) => orders.pipe(map(refuseOdd)), 'orders/map-1', 'OPERATOR_FAILED', [{ cents: 1 }]],
  [
    'filter',
    (orders) => perSecond(orders.pipe(filter(refuseOdd))),
    'orders/filter-1',
    'OPERATOR_FAILED',
    [{ cents: 1 }],
  ],
  [
    'tap',
    (orders) => perSecond(orders.pipe(tap(refuseOdd))),
    'orders/tap-1',
    'OPERATOR_FAILED',
    [{ cents: 1 }],
  ],
  [
    'a generator that has emitted',
    (orders) =>
      orders.pipe(
        flatMap(function* (order) {
          yield order
          refuseOdd(order)
        }),
      ),
    'orders/flatMap-1',
    'OPERATOR_FAILED',
    [{ cents: 1 }],
  ],
  [
    'an aggregate after others of the same record',
    perSecond,
    'totals',
    'OPERATOR_FAILED',
    [{ cents: Number.NaN }, { cents: 'x' as unknown as number }],
  ],
  ['a process that has changed its state', running, 'seen', 'OPERATOR_FAILED', [{ cents: 1 }]],
]

/** Runs over some orders, failing on the way and restarting as often as it says. */
async function outcome(
  steps: (orders: Orders) => Stream<unknown>,
  orders: readonly Order[],
  onError: 'fail' | 'skip' | 'keep',
  failures: readonly number[] = [],
) {
  const out = collectSink<unknown>()
  const dead = collectSink<FailedRecord>()
  let fetches = 0
  const onFetch = () => {
    fetches += 1
    if (failures.includes(fetches)) throw new MillraceError('SOURCE_FAILED', 'as the test wants')
  }
  const records = orders.map((value, index) => ({ value, arrivalTime: index }))
  const described: Job = job(
    'orders',
    ({ from }) =>
      steps(from('orders', listSource({ s: records }, { perFetch: 1, onFetch }))).pipe(sinkTo('out', out)),
    {
      checkpoint: { every: '1ms' },
      onError: onError === 'keep' ? (failed) => failed.pipe(sinkTo('dead', dead)) : onError,
    },
  )
  const running = run(described, { checkpoints: memoryStore(), clock: impatientClock(), random: () => 0 })
  return { running, out, dead }
}

describe.each(cases)('what %s refuses', (_what, steps, operator, code, bad) => {
  const wrong = bad.map((part) => ({ ...fine, ...part }))
  const [first] = wrong as [Order]
  const clean = [fine, fine, { ...fine, customer: 'b' }, ...wrong.map(() => fine)]
  /** Each wrong order stands before a fine one. */
  const mixed = [...clean.slice(0, 3), ...wrong.flatMap((order) => [order, fine])]

  it('ends the job, with its operator, shard and sequence number', async () => {
    for (const order of wrong) {
      const { running } = await outcome(steps, [fine, order, fine], 'fail')
      const failure = await failureOf(running)
      expect([order, failure.code]).toEqual([order, code])
      expect(failure.where).toMatchObject({ operator, source: 'orders', shard: 's', sequenceNumber: '1' })
    }
  })

  it('is skipped and counted, and leaves nothing behind', async () => {
    const expected = await outcome(steps, clean, 'fail')
    await expected.running
    const { running, out } = await outcome(steps, mixed, 'skip')
    const { metrics } = await running
    expect(metrics.counters[`${operator}.failed`]).toBe(wrong.length)
    expect(out.rows).toEqual(expected.out.rows)
  })

  it.each([[[]], [[4]], [[2, 5, 9]]])(
    'goes to its output once, with crashes at fetches %j',
    async (failures) => {
      const expected = await outcome(steps, clean, 'fail')
      await expected.running
      const { running, out, dead } = await outcome(steps, mixed, 'keep', failures)
      await running
      expect(out.rows).toEqual(expected.out.rows)
      expect(dead.rows.map(({ where }) => where.sequenceNumber)).toEqual(
        wrong.map((_order, index) => String(3 + 2 * index)),
      )
      expect(dead.rows[0]).toMatchObject({
        operator,
        code,
        where: { operator, source: 'orders', shard: 's', sequenceNumber: '3' },
      })
      expect(dead.rows[0]!.value).toBe(first)
    },
  )
})

describe('keys that print alike', () => {
  it('are kept apart, also over a checkpoint', async () => {
    const keys = ['1', 1, 1n, '-0', 0, '', 'a'.repeat(100_000), '\u00e9', 'e\u0301', '\ud83d\ude00']
    const orders = [...keys, ...keys].map((customer) => ({ ...fine, customer }))
    const { running, out } = await outcome(
      (stream) => perSecond(stream).pipe(map((row) => (row as { n: number }).n)),
      orders,
      'fail',
      [7, 13],
    )
    await running
    expect(out.rows).toEqual(keys.map(() => 2))
  })

  it('are one where numbers are: 0 and -0', async () => {
    const orders = [0, -0, 0].map((customer) => ({ ...fine, customer }))
    const { running, out } = await outcome(
      (stream) => perSecond(stream).pipe(map((row) => (row as { n: number }).n)),
      orders,
      'fail',
      [2],
    )
    await running
    expect(out.rows).toEqual([3])
  })
})
