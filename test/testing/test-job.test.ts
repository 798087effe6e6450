import { type Job, job } from 'millrace'
import {
  aggregate,
  asyncMap,
  count,
  eventTime,
  keyBy,
  map,
  process,
  sinkTo,
  tumbling,
  valueState,
  window,
} from 'millrace/operators'
import { arrivesAt, collectSink, crash, listSource, testJob, undecodable } from 'millrace/testing'
import { describe, expect, it } from 'vitest'

interface Click {
  readonly page: string
  readonly at: number
}

const none = () => listSource<Click>({})

const perMinute: Job = job('per-minute', ({ from }) => {
  const clicks = from('clicks', none(), {
    undecodable: (records) =>
      records.pipe(
        map(({ reason }) => reason),
        sinkTo('refused', collectSink()),
      ),
  })
  return clicks.pipe(
    eventTime(({ at }) => at),
    keyBy(({ page }) => page),
    window(tumbling('1m'), { late: (late) => late.pipe(sinkTo('late', collectSink())) }),
    aggregate('counts', { n: count() }),
    map(({ key, window, n }) => ({ page: key, minute: window.start / 60_000, n })),
    sinkTo('per-minute', collectSink()),
  )
})

const clicks: readonly Click[] = [
  { page: '/', at: 1_000 },
  { page: '/', at: 59_000 },
  { page: '/a', at: 61_000 },
  { page: '/', at: 130_000 },
]
const counted = [
  { page: '/', minute: 0, n: 2 },
  { page: '/a', minute: 1, n: 1 },
  { page: '/', minute: 2, n: 1 },
]

const counting = job('counting', ({ from }) =>
  from('clicks', none()).pipe(
    keyBy(({ page }) => page),
    process('state-of-visits', {
      state: { n: valueState(0) },
      *onRecord(_click, { key, state, now, processingTimers }) {
        state.n.value += 1
        processingTimers.set(now + 10_000, 'quiet')
        yield `${key} ${state.n.value}`
      },
      *onProcessingTimer(_time, { key, state }) {
        yield `${key} is quiet after ${state.n.value}`
      },
    }),
    sinkTo('visits', collectSink()),
  ),
)

describe('a job in a test', () => {
  it('gives the rows of each sink for lists of records', async () => {
    const { rows } = await testJob(perMinute, { inputs: { clicks } }).end()
    expect(rows).toEqual({ refused: [], late: [], 'per-minute': counted })
  })

  it('gives the same after a crash anywhere', async () => {
    for (let place = 0; place <= clicks.length; place += 1) {
      const crashing = [...clicks.slice(0, place), crash, ...clicks.slice(place)]
      const { rows } = await testJob(perMinute, { inputs: { clicks: crashing } }).end()
      expect(rows['per-minute'], `crash at ${place}`).toEqual(counted)
    }
  })

  it('shows what each record leads to', async () => {
    const test = testJob(perMinute)
    await test.send('clicks', ...clicks.slice(0, 2))
    expect(test.rows('per-minute')).toEqual([])
    await test.send('clicks', clicks[2])
    expect(test.rows('per-minute')).toEqual(counted.slice(0, 1))
  })

  it('takes back by a crash what no checkpoint has, and does it again', async () => {
    const test = testJob(counting)
    await test.send('clicks', { page: '/', at: 0 })
    await test.checkpoint()
    await test.send('clicks', { page: '/', at: 1 })
    expect(test.rows('visits')).toEqual(['/ 1', '/ 2'])
    expect(test.committed('visits')).toEqual(['/ 1'])
    await test.crash()
    expect(test.rows('visits')).toEqual(['/ 1', '/ 2'])
    await test.checkpoint()
    expect(test.committed('visits')).toEqual(['/ 1', '/ 2'])
    expect(test.events.filter(({ kind }) => kind === 'started')).toHaveLength(2)
  })

  it('sees processing time as the test lets it pass', async () => {
    const test = testJob(counting)
    await test.send('clicks', { page: '/', at: 0 })
    await test.advance('9s')
    expect(test.rows('visits')).toEqual(['/ 1'])
    await test.advance('1s')
    expect(test.rows('visits')).toEqual(['/ 1', '/ is quiet after 1'])
  })

  it('takes its own checkpoints when their time comes', async () => {
    const test = testJob(counting)
    await test.send('clicks', { page: '/', at: 0 })
    expect(test.committed('visits')).toEqual([])
    await test.advance('10s')
    expect(test.committed('visits')).toContain('/ 1')
  })

  it('sends late and undecodable records where the job says', async () => {
    const test = testJob(perMinute, { inputs: { clicks: [clicks[3], undecodable('no JSON')] } })
    await test.send('clicks', clicks[0])
    const { rows, metrics } = await test.end()
    expect(rows).toEqual({ refused: ['no JSON'], late: [clicks[0]], 'per-minute': [counted[2]] })
    expect(metrics.records).toBe(3)
    expect(metrics.counters).toMatchObject({ 'counts.late': 1 })
  })

  it('lets records arrive when the test says', async () => {
    const byArrival = job('by-arrival', ({ from }) =>
      from('clicks', none()).pipe(
        keyBy(({ page }) => page),
        window(tumbling('1m')),
        aggregate('counts', { n: count() }),
        map(({ window, n }) => [window.start, n]),
        sinkTo('per-minute', collectSink()),
      ),
    )
    const inputs = { clicks: [arrivesAt(59_999, clicks[0]), arrivesAt(60_000, clicks[0])] }
    const { rows } = await testJob(byArrival, { inputs }).end()
    expect(rows['per-minute']).toEqual([
      [0, 1],
      [60_000, 1],
    ])
  })

  it('lets a quiet source follow the clock', async () => {
    const test = testJob(perMinute, { inputs: { clicks: clicks.slice(0, 2) } })
    await test.advance('3m')
    expect(test.rows('per-minute')).toEqual(counted.slice(0, 1))
  })

  it('waits at the end for what is in flight', async () => {
    const asking = job('asking', ({ from }) =>
      from('clicks', none()).pipe(
        asyncMap(
          ({ page }) => new Promise<string>((resolve) => setImmediate(() => setImmediate(resolve, page))),
        ),
        sinkTo('pages', collectSink()),
      ),
    )
    const { rows } = await testJob(asking, { inputs: { clicks } }).end()
    expect(rows['pages']).toEqual(['/', '/', '/a', '/'])
  })

  it('fails as the job does', async () => {
    const failing = job('failing', ({ from }) =>
      from('clicks', none()).pipe(
        map((click) => {
          if (click.page === '/a') throw new Error('no such page')
          return click
        }),
        sinkTo('pages', collectSink()),
      ),
    )
    const test = testJob(failing)
    await test.send('clicks', clicks[0])
    await expect(test.send('clicks', clicks[2])).rejects.toMatchObject({ code: 'OPERATOR_FAILED' })
    await expect(test.end()).rejects.toMatchObject({ code: 'OPERATOR_FAILED' })
  })

  it('has only the sources and sinks of the job', async () => {
    expect(() => testJob(perMinute, { inputs: { klicks: [] } })).toThrow(
      'the job has no source "klicks", but "clicks"',
    )
    const test = testJob(perMinute)
    await expect(test.send('klicks', 1)).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    expect(() => test.rows('per-hour')).toThrow('the job has no sink "per-hour"')
  })
})
