import { type Job, job, run } from 'millrace'
import {
  flatMap,
  keyBy,
  map,
  process,
  type QuarantineOptions,
  quarantine,
  sinkTo,
  valueState,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { openCheckpoint, operatorEntries } from '../../src/checkpoint/inspection.ts'
import { askOperator } from '../../src/checkpoint/operator-requests.ts'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'
import {
  type ParkedRecord,
  type QuarantineRequest,
  quarantineRequestJson,
} from '../../src/contract/quarantine.ts'
import { failureOf } from '../runtime/failed.ts'
import { impatientClock } from '../runtime/impatient-clock.ts'
import { killing } from '../runtime/killing-store.ts'

interface Order {
  readonly customer: string
  readonly n: number
}

/** Each customer's orders in their order: `a2` is the second of customer a. */
const orders = ['a1', 'a2', 'b1', 'a3', 'b2', 'c1', 'a4', 'c2', 'b3']
const read = (order: string): Order => ({ customer: order[0]!, n: Number(order.slice(1)) })
const list = (texts: readonly string[]) =>
  listSource({ s: texts.map((text, arrivalTime) => ({ value: read(text), arrivalTime })) })

/**
 * Counts the orders of each customer and gives two rows for each. What `broken` names fails after its state has changed
 * and its first row is out.
 */
function counting(
  broken: ReadonlySet<string>,
  options: QuarantineOptions = {},
  onError: 'fail' | 'skip' = 'fail',
) {
  const out = collectSink<string>()
  const described = job(
    'counting',
    ({ from }) =>
      from('orders', list(orders)).pipe(
        map((order) => order),
        keyBy((order) => order.customer),
        quarantine('parked', options),
        process('counts', {
          state: { seen: valueState(0) },
          *onRecord({ n }, { key, state }) {
            state.seen.value += 1
            yield `${key}${n} is ${state.seen.value}`
          },
        }),
        flatMap((text) => [text, `${text} again`]),
        map((text) => {
          if (text.endsWith('again') && broken.has(text.split(' ')[0]!))
            throw new Error(`no price in ${text}`)
          return text
        }),
        sinkTo('out', out),
      ),
    { checkpoint: { every: '1ms' }, onError },
  )
  return { described, out }
}

const live = (described: Job, checkpoints: CheckpointStore) =>
  run(described, { checkpoints, clock: impatientClock(), random: () => 0 })

const ask = (store: CheckpointStore, request: QuarantineRequest) =>
  askOperator(store, 'parked', quarantineRequestJson(request), { now: () => 0 })

async function parkedIn(store: CheckpointStore) {
  const parked: Record<string, ParkedRecord[]> = {}
  for await (const { key, value } of operatorEntries(await openCheckpoint(store), 'parked'))
    parked[String(key)] = value as ParkedRecord[]
  return parked
}

const numbers = (parked: readonly ParkedRecord[]) => parked.map(({ value }) => (value as Order).n)
/** The rows of one customer: the others may come in between. */
const of = (customer: string, rows: readonly string[]) => rows.filter((row) => row.startsWith(customer))
const rowsOf = (customer: string, counts: readonly (readonly [number, number])[]) =>
  counts.flatMap(([n, seen]) => [`${customer}${n} is ${seen}`, `${customer}${n} is ${seen} again`])

/** A job that is parked on a2, and how it got there. */
async function parkedOnA2() {
  const store = memoryStore()
  const broken = new Set(['a2'])
  const { described, out } = counting(broken)
  const failure = await failureOf(live(described, store))
  return { store, broken, described, out, failure }
}

describe('quarantine', () => {
  it('parks what fails and the later records of its key, lets other keys go on, and undoes what was done', async () => {
    const { out, failure, store } = await parkedOnA2()
    expect(failure.code).toBe('QUARANTINE_NOT_EMPTY')
    expect(of('a', out.rows)).toEqual(rowsOf('a', [[1, 1]]))
    expect(of('b', out.rows)).toEqual(
      rowsOf('b', [
        [1, 1],
        [2, 2],
        [3, 3],
      ]),
    )
    expect(of('c', out.rows)).toEqual(
      rowsOf('c', [
        [1, 1],
        [2, 2],
      ]),
    )
    const { a, ...others } = await parkedIn(store)
    expect(others).toEqual({})
    expect(numbers(a!)).toEqual([2, 3, 4])
    expect(a![0]).toMatchObject({
      failure: { code: 'OPERATOR_FAILED', operator: 'counts/map-1', tries: 1 },
      where: { source: 'orders', shard: 's', sequenceNumber: '1' },
      timestamp: 1,
    })
    expect(a![0]!.failure!.reason).toContain('no price in a2')
    expect(a!.slice(1).every((record) => record.failure === undefined)).toBe(true)
  })

  it('lets what is retried go on in order, with the state that was there before', async () => {
    const { store, broken, described, out } = await parkedOnA2()
    broken.clear()
    await ask(store, { action: 'retry' })
    const { outcome, metrics } = await live(described, store)
    expect(outcome).toBe('finished')
    expect(of('a', out.rows)).toEqual(
      rowsOf('a', [
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
      ]),
    )
    expect(metrics.counters).toMatchObject({
      'parked.parked': 0,
      'parked.parked-keys': 0,
      'parked.returned': 3,
    })
    expect(await store.list('requests/')).toEqual([])
  })

  it('stays where it is when the record fails again', async () => {
    const { store, described, out } = await parkedOnA2()
    await ask(store, { action: 'retry', key: 'a' })
    expect((await failureOf(live(described, store))).code).toBe('QUARANTINE_NOT_EMPTY')
    const { a } = await parkedIn(store)
    expect([numbers(a!), a![0]!.failure!.tries]).toEqual([[2, 3, 4], 2])
    expect(of('a', out.rows)).toEqual(rowsOf('a', [[1, 1]]))
  })

  it('drops up to the record that it is told, and tries the rest', async () => {
    const { store, described, out } = await parkedOnA2()
    const { a } = await parkedIn(store)
    await ask(store, { action: 'drop', key: 'a', upTo: a![0]!.id })
    const { outcome, metrics } = await live(described, store)
    expect(outcome).toBe('finished')
    expect(of('a', out.rows)).toEqual(
      rowsOf('a', [
        [1, 1],
        [3, 2],
        [4, 3],
      ]),
    )
    expect(metrics.counters).toMatchObject({ 'parked.dropped': 1, 'parked.returned': 2 })
  })

  it('finishes with what is parked if it is told to, and keeps it in the last checkpoint', async () => {
    const { described, out } = counting(new Set(['a2']), { atEnd: 'keep' })
    const store = memoryStore()
    expect((await live(described, store)).outcome).toBe('finished')
    expect(numbers((await parkedIn(store))['a']!)).toEqual([2, 3, 4])
    expect(of('a', out.rows)).toEqual(rowsOf('a', [[1, 1]]))
  })

  it('parks rather than skips in a job that skips what fails elsewhere', async () => {
    const { described } = counting(new Set(['a2']), {}, 'skip')
    const store = memoryStore()
    expect((await failureOf(live(described, store))).code).toBe('QUARANTINE_NOT_EMPTY')
    expect(numbers((await parkedIn(store))['a']!)).toEqual([2, 3, 4])
  })

  it.each([
    [{ perKey: 2 }, 'as many as are allowed'],
    [{ inAll: '40B' as const }, '40 are allowed'],
  ])('ends the job when more than %j would be parked', async (options, words) => {
    for (const onError of ['fail', 'skip'] as const) {
      const failure = await failureOf(
        live(counting(new Set(['a2']), options, onError).described, memoryStore()),
      )
      expect([failure.code, failure.happened]).toEqual(['QUARANTINE_FULL', expect.stringContaining(words)])
    }
  })

  it('ends the job for a record that a checkpoint could not bring back', async () => {
    const described = job('functions', ({ from }) =>
      from('orders', listSource({ s: [{ value: { act: () => 1 }, arrivalTime: 0 }] })).pipe(
        keyBy(() => 'a'),
        quarantine('parked'),
        map((): string => {
          throw new Error('no')
        }),
        sinkTo('out', collectSink()),
      ),
    )
    const failure = await failureOf(live(described, memoryStore()))
    expect([failure.code, failure.happened]).toEqual([
      'STATE_INVALID',
      expect.stringContaining('a function at act'),
    ])
  })

  it('watches over each key by itself where one stands behind another', async () => {
    const out = collectSink<string>()
    const broken = new Set(['a2', 'odd 3'])
    const described = job(
      'two',
      ({ from }) =>
        from('orders', list(['a1', 'a2', 'b3', 'a4', 'b4', 'b5'])).pipe(
          keyBy(({ customer }) => customer),
          quarantine('by-customer', { atEnd: 'keep' }),
          map((order) => {
            if (broken.has(`${order.customer}${order.n}`)) throw new Error('by customer')
            return order
          }),
          keyBy(({ n }) => n % 2),
          quarantine('by-parity', { atEnd: 'keep' }),
          map(({ n }) => {
            if (broken.has(`odd ${n}`)) throw new Error('by parity')
            return String(n)
          }),
          sinkTo('out', out),
        ),
      { checkpoint: { every: '1ms' } },
    )
    const { metrics } = await live(described, memoryStore())
    expect(out.rows).toEqual(['1', '4'])
    expect(metrics.counters).toMatchObject({ 'by-customer.parked': 2, 'by-parity.parked': 2 })
  })
})

describe('a quarantine over kills', () => {
  it.each(['before', 'after'] as const)('parks the same, killed %s operations of the store', async (when) => {
    for (let at = when === 'before' ? 1 : 4; ; at += 7) {
      const { described, out } = counting(new Set(['a2']), { atEnd: 'keep' })
      const store = memoryStore()
      const { watched, wasKilled } = killing(store, at, when)
      await live(described, watched).then(
        () => undefined,
        () => undefined,
      )
      await live(described, store)
      expect(numbers((await parkedIn(store))['a']!)).toEqual([2, 3, 4])
      expect(of('a', out.rows)).toEqual(rowsOf('a', [[1, 1]]))
      if (!wasKilled()) return expect(at).toBeGreaterThan(40)
    }
  })

  it.each([
    ['retry', 'before', 1],
    ['retry', 'after', 3],
    ['drop', 'before', 3],
    ['drop', 'after', 3],
  ] as const)('does a %s once, killed %s operations of the store', async (action, when, stride) => {
    for (let at = 1; ; at += stride) {
      const { store, broken, described, out } = await parkedOnA2()
      const { a } = await parkedIn(store)
      if (action === 'retry') broken.clear()
      await ask(store, action === 'retry' ? { action } : { action, key: 'a', upTo: a![0]!.id })
      const { watched, wasKilled } = killing(store, at, when)
      await live(described, watched).then(
        () => undefined,
        () => undefined,
      )
      expect((await live(described, store)).outcome).toBe('finished')
      const counts =
        action === 'retry'
          ? ([
              [1, 1],
              [2, 2],
              [3, 3],
              [4, 4],
            ] as const)
          : ([
              [1, 1],
              [3, 2],
              [4, 3],
            ] as const)
      expect(of('a', out.rows)).toEqual(rowsOf('a', counts))
      expect(of('b', out.rows)).toEqual(
        rowsOf('b', [
          [1, 1],
          [2, 2],
          [3, 3],
        ]),
      )
      expect(await store.list('requests/')).toEqual([])
      if (!wasKilled()) return expect(at).toBeGreaterThan(10)
    }
  })
})
