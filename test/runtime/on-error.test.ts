import { type FailedRecord, type Job, job, MillraceError, run, type Step, type Stream } from 'millrace'
import {
  aggregate,
  count,
  eventTime,
  filter,
  flatMap,
  keyBy,
  map,
  sinkTo,
  sum,
  tumbling,
  window,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { failureOf } from './failed.ts'
import { impatientClock } from './impatient-clock.ts'
import { until } from './until.ts'

interface Order {
  readonly customer: string
  readonly cents: number
  readonly time: number
}

const order = (customer: string, cents: unknown, time: number) => ({
  value: { customer, cents, time } as Order,
  arrivalTime: time,
})

const orders = [order('a', 1, 1), order('a', 'x', 2), order('b', 5, 3), order('a', 2, 4)]

function perCustomer(onError: 'skip' | 'fail' | Parameters<typeof keep>[0], failures: number[] = []) {
  const out = collectSink<string>()
  let fetches = 0
  const onFetch = () => {
    fetches += 1
    if (failures.includes(fetches)) throw new MillraceError('SOURCE_FAILED', 'as the test wants')
  }
  const described = job(
    'totals',
    ({ from }) =>
      from('orders', listSource({ s: orders }, { onFetch })).pipe(
        eventTime((order) => order.time),
        keyBy((order) => order.customer),
        window(tumbling('1s')),
        aggregate('totals', { orders: count(), cents: sum((order) => order.cents) }),
        map(({ key, orders, cents }) => `${key} ${orders} ${cents}`),
        sinkTo('out', out),
      ),
    { onError: typeof onError === 'string' ? onError : keep(onError), checkpoint: { every: '1ms' } },
  )
  return { described, out }
}

function keep(
  sink: ReturnType<typeof collectSink<FailedRecord>>,
): Step<Stream<FailedRecord>, ReturnType<ReturnType<typeof sinkTo<FailedRecord>>>> {
  return (records) => records.pipe(sinkTo('dead', sink))
}

const live = (described: Job) =>
  run(described, { checkpoints: memoryStore(), clock: impatientClock(), random: () => 0 })

describe('a record that a function of the job fails on', () => {
  it('ends the job unless it says otherwise', async () => {
    const failure = await failureOf(live(perCustomer('fail').described))
    expect(failure.code).toBe('OPERATOR_FAILED')
  })

  it('is skipped and counted, and leaves nothing in the state that it got half into', async () => {
    const { described, out } = perCustomer('skip')
    const { metrics } = await live(described)
    expect(out.rows).toEqual(['a 2 3', 'b 1 5'])
    expect(metrics.counters).toMatchObject({ 'totals.failed': 1 })
  })

  it('goes to its output once, whatever fails besides', async () => {
    const dead = collectSink<FailedRecord>()
    const { described, out } = perCustomer(dead, [2, 4])
    await live(described)
    expect(out.rows).toEqual(['a 2 3', 'b 1 5'])
    expect(dead.rows).toEqual([
      {
        operator: 'totals',
        value: { customer: 'a', cents: 'x', time: 2 },
        timestamp: 2,
        code: 'OPERATOR_FAILED',
        reason: 'sum(…) got a value of type string from a record: it takes finite numbers',
        where: { operator: 'totals', source: 'orders', shard: 's', sequenceNumber: '1' },
      },
    ])
  })

  it('takes back what was emitted for it', async () => {
    const out = collectSink<number>()
    const described = job(
      'halves',
      ({ from }) =>
        from('numbers', listSource({ s: [4, 3, 2].map((value) => ({ value, arrivalTime: 0 })) })).pipe(
          flatMap(function* (n) {
            yield n
            if (n % 2 === 1) throw new Error(`${n} is odd`)
            yield n / 2
          }),
          sinkTo('out', out),
        ),
      { onError: 'skip' },
    )
    await live(described)
    expect(out.rows).toEqual([4, 2, 2, 1])
  })

  it('is that of the operator whose function failed, not of one before it', async () => {
    const out = collectSink<number>()
    const dead = collectSink<FailedRecord>()
    const described = job(
      'chain',
      ({ from }) =>
        from('numbers', listSource({ s: [1, 2, 3].map((value) => ({ value, arrivalTime: 7 })) })).pipe(
          map((n) => n * 10),
          filter((n) => {
            if (n === 20) throw new Error('no twenties')
            return true
          }),
          sinkTo('out', out),
        ),
      { onError: keep(dead) },
    )
    await live(described)
    expect(out.rows).toEqual([10, 30])
    expect(dead.rows).toMatchObject([{ operator: 'numbers/filter-1', value: 20, timestamp: 7 }])
  })

  it('ends the job when what was to keep it fails in turn', async () => {
    const described = job(
      'twice',
      ({ from }) =>
        from('numbers', listSource({ s: [{ value: 1, arrivalTime: 0 }] })).pipe(
          map(() => {
            throw new Error('first')
          }),
          sinkTo('out', collectSink()),
        ),
      {
        onError: (records) =>
          records.pipe(
            map(() => {
              throw new Error('second')
            }),
            sinkTo('dead', collectSink()),
          ),
      },
    )
    expect((await failureOf(live(described))).happened).toContain('second')
  })
})

/** Counts failed records by windows of event time: those before it is given, after it, and of what windows give. */
function windowed(dead: ReturnType<typeof collectSink<string>>, endless: boolean): Job {
  const lines = (split: string) =>
    Array.from({ length: 200 }, (_, n) => ({
      value: { split, time: 1000 * n, n },
      arrivalTime: 5000 + 1000 * n,
    }))
  return job(
    'windowed',
    ({ from }) =>
      from('lines', listSource({ a: lines('a'), b: lines('b') }, { perFetch: 7, endless })).pipe(
        filter(({ n }) => n % 10 !== 3 || wrong()),
        eventTime(({ time }) => time),
        filter(({ n }) => n % 10 !== 7 || wrong()),
        keyBy(({ split }) => split),
        window(tumbling('10s')),
        aggregate('counts', { lines: count() }),
        filter(({ window }) => window.start !== 50_000 || wrong()),
        sinkTo('out', collectSink()),
      ),
    {
      checkpoint: { every: '1ms' },
      onError: (failed) =>
        failed.pipe(
          keyBy(() => 'all'),
          window(tumbling('100s')),
          aggregate('failures', { failures: count() }),
          map(({ failures, window }) => `${window.start / 1000} ${failures}`),
          sinkTo('dead', dead),
        ),
    },
  )
}

describe('a failure of the machine', () => {
  it('is no fault of a record: nothing is skipped for it', async () => {
    const out = collectSink<number>()
    const described = job(
      'torn',
      ({ from }) =>
        from('orders', listSource({ s: orders })).pipe(
          map(({ time }) => {
            if (time === 2) throw new MillraceError('CHECKPOINT_CORRUPT', 'as the test wants')
            return time
          }),
          sinkTo('out', out),
        ),
      { onError: 'skip' },
    )
    expect((await failureOf(run(described, { checkpoints: memoryStore() }))).code).toBe('CHECKPOINT_CORRUPT')
  })
})

describe('windows of failed records', () => {
  it('have them all, and none of them is late', async () => {
    const dead = collectSink<string>()
    await run(windowed(dead, false), { checkpoints: memoryStore() })
    const failures = dead.rows.map((row) => row.split(' ').map(Number))
    expect(failures.map(([start]) => start)).toEqual([0, 100])
    expect(failures.reduce((sum, [, count]) => sum + count!, 0)).toBe(2 * 20 + 2 * 20 + 2)
  })

  it('close while the job goes on', async () => {
    const dead = collectSink<string>()
    const running = live(windowed(dead, true))
    await until(() => dead.rows.length > 0)
    expect(dead.rows).toEqual([expect.stringMatching(/^0 \d+$/)])
    running.stop()
    await running
  })
})

function wrong(): never {
  throw new RangeError('as the test wants')
}
