import fc from 'fast-check'
import { type Change, job, run, type Stream } from 'millrace'
import {
  average,
  count,
  type Emission,
  eventTime,
  first,
  groupBy,
  keyBy,
  last,
  map,
  max,
  runningAggregate,
  sinkTo,
  sum,
} from 'millrace/operators'
import { collectSink, collectTable, listSource, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf } from '../anyhow.ts'
import { grouped } from '../grouped.ts'
import { tableOf } from './table-of.ts'

interface Order {
  readonly customer: string
  readonly city: string
  readonly time: number
  readonly cents: number
}

const order: fc.Arbitrary<Order> = fc.record({
  customer: fc.constantFrom('ann', 'bob', 'cid', 'dan'),
  city: fc.constantFrom('Bonn', 'Rome', 'Oslo'),
  time: fc.nat({ max: 60 }),
  cents: fc.integer({ min: -9, max: 9 }),
})
/** One order of a customer at a time, so that there is a last one. */
const orders = fc.uniqueArray(order, {
  selector: ({ customer, time }) => `${customer} ${time}`,
  maxLength: 40,
})
const emissions = fc.constantFrom<Emission>('every-record', 'per-batch', { every: '3ms' })
const trial = (values: readonly Order[]) => ({
  inputs: [values],
  timeOf: ({ time }: Order) => time,
  disorderMs: 5,
})

const byCustomer = (emit: Emission) => (orders: Stream<Order>) =>
  orders.pipe(
    keyBy((order) => order.customer),
    runningAggregate(
      'customers',
      {
        orders: count(),
        cents: sum((order) => order.cents),
        most: max((order) => order.cents),
        from: first((order) => order.city),
        city: last((order) => order.city),
      },
      { emit },
    ),
  )

function customersOf(orders: readonly Order[]): Map<string, unknown> {
  const groups = grouped(orders, ({ customer }) => customer)
  return new Map([...groups].map(([key, own]) => [key, customerOf(key, own)]))
}

function customerOf(key: string, own: readonly Order[]) {
  const inOrder = own.toSorted((a, b) => a.time - b.time)
  return {
    key,
    orders: own.length,
    cents: own.reduce((sum, { cents }) => sum + cents, 0),
    most: Math.max(...own.map(({ cents }) => cents)),
    from: inOrder[0]!.city,
    city: inOrder.at(-1)!.city,
  }
}

it('ends with the same rows, however records come and whenever changes are told', () =>
  fc.assert(
    fc.asyncProperty(orders, manners, emissions, async (values, manner, emit) => {
      const changes = await rowsOf(trial(values), manner, byCustomer(emit))
      expect(tableOf(changes)).toEqual(customersOf(values))
    }),
    { numRuns: 80 },
  ))

const byCity = (inner: Emission, outer: Emission) => (orders: Stream<Order>) =>
  byCustomer(inner)(orders).pipe(
    groupBy((customer) => customer.city),
    runningAggregate(
      'cities',
      {
        customers: count(),
        mean: average((customer) => customer.cents),
        most: max((customer) => customer.most),
      },
      { emit: outer },
    ),
  )

function citiesOf(orders: readonly Order[]): Map<string, unknown> {
  const customers = [...customersOf(orders).values()] as ReturnType<typeof customerOf>[]
  const groups = grouped(customers, ({ city }) => city)
  return new Map(
    [...groups].map(([key, own]) => {
      const mean = own.reduce((sum, { cents }) => sum + cents, 0) / own.length
      return [key, { key, customers: own.length, mean, most: Math.max(...own.map(({ most }) => most)) }]
    }),
  )
}

it('follows the changes of another: rows leave their groups, and groups without rows are gone', () =>
  fc.assert(
    fc.asyncProperty(orders, manners, emissions, emissions, async (values, manner, inner, outer) => {
      const changes = await rowsOf(trial(values), manner, byCity(inner, outer))
      expect(tableOf(changes)).toEqual(citiesOf(values))
    }),
    { numRuns: 80 },
  ))

interface Tick {
  readonly key: string
  readonly time: number
  readonly value: number
}

/** The changes of what one split brings, so many records at a time. */
async function changesOf(
  ticks: readonly Tick[],
  perFetch: number,
  options: Parameters<typeof runningAggregate>[2],
) {
  const source = listSource({ s: ticks.map((value) => ({ value, arrivalTime: value.time })) }, { perFetch })
  const table = collectTable<string, { key: string; total: number }>()
  const described = job('ticks', ({ from }) =>
    from('ticks', source).pipe(
      eventTime((tick) => tick.time),
      keyBy((tick) => tick.key),
      runningAggregate('totals', { total: sum((tick) => tick.value) }, options),
      sinkTo('out', table),
    ),
  )
  await run(described, { checkpoints: memoryStore(), clock: manualClock() })
  return table.changes.map((change) => {
    const before = change.op === 'insert' ? undefined : change.before.total
    const after = change.op === 'delete' ? undefined : change.value.total
    return `${change.op} ${change.key} ${before ?? ''}→${after ?? ''}`
  })
}

const ticks = [
  { key: 'b', time: 1, value: 1 },
  { key: 'a', time: 2, value: 5 },
  { key: 'b', time: 3, value: 2 },
  { key: 'a', time: 4, value: 0 },
  { key: 'a', time: 5, value: -1 },
  { key: 'a', time: 6, value: 1 },
]

describe('changes', () => {
  it('are told of every record that changes a row', async () =>
    expect(await changesOf(ticks, 6, { emit: 'every-record' })).toEqual([
      ...['insert b →1', 'insert a →5', 'update b 1→3', 'update a 5→4', 'update a 4→5'],
    ]))

  it('are told of batches, in the order in which keys came in them, unless they cancel out', async () => {
    expect(await changesOf(ticks, 6, {})).toEqual(['insert b →3', 'insert a →5'])
    expect(await changesOf(ticks, 2, {})).toEqual(['insert b →1', 'insert a →5', 'update b 1→3'])
  })

  it('that wait are told at the end, in the order of keys', async () =>
    expect(await changesOf(ticks, 1, { emit: { every: '1d' } })).toEqual(['insert a →5', 'insert b →3']))
})

describe('a key that was idle', () => {
  const far = [
    { key: 'a', time: 1, value: 1 },
    { key: 'a', time: 11, value: 2 },
    { key: 'a', time: 22, value: 4 },
    { key: 'b', time: 60, value: 1 },
    { key: 'a', time: 61, value: 8 },
  ]

  it.each([1, 5])('begins a new row, read by %i', async (perFetch) =>
    expect(await changesOf(far, perFetch, { emit: 'every-record', idle: '10ms' })).toEqual([
      ...['insert a →1', 'update a 1→3', 'insert a →4', 'insert b →1', 'insert a →8'],
    ]),
  )
})

it('goes on after a record that fails as if it had not come', async () => {
  const failed = collectSink<unknown>()
  const table = collectTable<string, { key: string; total: number; product: number }>()
  const read = listSource({ s: ticks.map((value) => ({ value, arrivalTime: value.time })) }, { perFetch: 6 })
  const described = job(
    'ticks',
    ({ from }) =>
      from('ticks', read).pipe(
        keyBy((tick) => tick.key),
        runningAggregate('totals', {
          total: sum((tick) => tick.value),
          product: sum((tick) => (tick.value === 2 ? Number.NaN : 2 * tick.value)),
        }),
        sinkTo('out', table),
      ),
    { onError: (records) => records.pipe(sinkTo('failed', failed)) },
  )
  await run(described, { checkpoints: memoryStore() })
  expect(table.table.get('b')).toEqual({ key: 'b', total: 1, product: 2 })
  expect(failed.rows.length).toBe(1)
})

it('takes no aggregate called "key", and of a changelog none by event time', () => {
  expect(() => runningAggregate('totals', { key: count() })).toThrow(/which every row has already/)
  const cities = (rows: Stream<Change<string, { city: string }>>) =>
    rows.pipe(
      groupBy((row) => row.city),
      runningAggregate('cities', { city: last((row) => row.city) }),
    )
  const source = listSource<Change<string, { city: string }>>({})
  const described = () =>
    job('cities', ({ from }) => cities(from('in', source)).pipe(map(String), sinkTo('out', collectSink())))
  expect(described).toThrow(/last\(…\) goes by event time/)
})
