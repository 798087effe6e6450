import {
  type FailedRecord,
  type JobOptions,
  job,
  type KeyedStream,
  type Step,
  type Stream,
  type WindowedStream,
} from 'millrace'
import {
  aggregate,
  apply,
  assignedWindows,
  count,
  defineAggregate,
  defineTrigger,
  eventTime,
  globalWindow,
  keyBy,
  map,
  mapped,
  onTime,
  session,
  sinkTo,
  sliding,
  tumbling,
  window,
} from 'millrace/operators'
import { collectSink, listSource, testJob } from 'millrace/testing'
import { describe, expect, it } from 'vitest'

interface Row {
  readonly key: string
  readonly time: number
}
type Windowed = WindowedStream<string, Row, { start: number; end: number }>

const keys = ['good', 'bad', 'other']
/** Three windows of ten milliseconds; the key `bad` is there in all of them. */
const rows = [0, 3, 12, 25].flatMap((time) => keys.map((key): Row => ({ key, time })))

const failing = (key: string) => {
  if (key === 'bad') throw new Error('no result')
}
const failed = collectSink<FailedRecord>()
const keep: Step<Stream<FailedRecord>, never> = (records) => records.pipe(sinkTo('failed', failed)) as never

/** What comes of the rows, whatever the step makes of them, as texts in their order. */
async function resultsOf(
  all: readonly Row[],
  steps: (rows: KeyedStream<string, Row>) => Stream<{ key: string; window: { start: number }; n: number }>,
  { onError = 'fail', crashes = false }: Pick<JobOptions, 'onError'> & { crashes?: boolean } = {},
) {
  const test = testJob(
    job(
      'firings',
      ({ from }) =>
        steps(
          from('rows', listSource<Row>({})).pipe(
            eventTime((row) => row.time),
            keyBy((row) => row.key),
          ),
        ).pipe(
          map((result) => `${result.key} ${result.window.start} ${result.n}`),
          sinkTo('out', collectSink()),
        ),
      { onError },
    ),
    { inputs: { rows: all.slice(0, 5) } },
  )
  if (crashes) {
    await test.checkpoint()
    await test.send('rows', ...all.slice(5, 8))
    await test.crash()
  }
  await test.send('rows', ...all.slice(crashes ? 8 : 5))
  const { rows: sinks, metrics } = await test.end()
  return {
    out: sinks['out'] as string[],
    failed: (sinks['failed'] ?? []) as FailedRecord[],
    counted: metrics.counters['results.failed'],
  }
}

/** An aggregate that knows the key of its rows, and gives no result for one of them. */
const counted = () =>
  mapped(
    defineAggregate<Row, { key: string; n: number }, { key: string; n: number }>({
      kind: 'counted',
      create: () => ({ key: '', n: 0 }),
      add: ({ n }, { key }) => ({ key, n: n + 1 }),
      merge: (a, b) => ({ key: a.key || b.key, n: a.n + b.n }),
      result: (counted) => counted,
    }),
    ({ key, n }) => {
      failing(key)
      return n
    },
  )

const unmergeable = defineAggregate<Row, { key: string; n: number }, number>({
  kind: 'unmergeable',
  create: () => ({ key: '', n: 0 }),
  add: ({ n }, { key }) => ({ key, n: n + 1 }),
  merge: (a, b) => {
    failing(a.key || b.key)
    return { key: a.key || b.key, n: a.n + b.n }
  },
  result: ({ n }) => n,
})

const failsOnTime = defineTrigger<Row, { fired: number }>('fails on time', {
  create: () => ({ fired: 0 }),
  onRecord: (_row, { window: { last }, timers }) => {
    timers.set(last)
    return 'continue'
  },
  onTimer: (_time, context) => {
    context.state.fired += 1
    failing(context.key as string)
    return 'fire'
  },
})

const bounds = (time: number) => [{ start: Math.floor(time / 10) * 10, end: Math.floor(time / 10) * 10 + 10 }]
const totals = aggregate<string, Row, { start: number; end: number }, { n: number }>('results', {
  n: counted(),
})
const listed = (evict?: Parameters<typeof apply>[2]) =>
  apply<string, Row, { start: number }, { key: string; window: { start: number }; n: number }>(
    'results',
    function* (key, window, all) {
      yield { key, window, n: all.length }
      failing(key)
    },
    evict as never,
  )
const evicting = apply<string, Row, { start: number }, { key: string; window: { start: number }; n: number }>(
  'results',
  (key, window, all) => [{ key, window, n: all.length }],
  {
    evict: {
      before: (all, { key }) => {
        failing(key as string)
        return all
      },
    },
  },
)

const windows: Readonly<Record<string, Step<KeyedStream<string, Row>, Windowed>>> = {
  tumbling: window(tumbling('10ms')),
  sliding: window(sliding('20ms', '10ms')),
  'tumbling with a trigger': window(tumbling('10ms'), { trigger: onTime() }),
  'sliding with a trigger': window(sliding('20ms', '10ms'), { trigger: onTime() }),
  session: window(session('5ms')),
  global: window(globalWindow()) as never,
  assigned: window(assignedWindows<Row>('tens', (_row, time) => bounds(time))),
}

const cases: readonly (readonly [string, Step<KeyedStream<string, Row>, Stream<never>>])[] = [
  ...Object.entries(windows).flatMap(
    ([name, step]) =>
      [
        [`${name}, aggregate`, (all: KeyedStream<string, Row>) => all.pipe(step, totals) as never],
        [`${name}, apply`, (all: KeyedStream<string, Row>) => all.pipe(step, listed()) as never],
        [`${name}, an evictor`, (all: KeyedStream<string, Row>) => all.pipe(step, evicting) as never],
      ] as const,
  ),
  [
    'sliding, a merge',
    (all) =>
      all.pipe(
        window(sliding('20ms', '10ms')),
        aggregate('results', { n: unmergeable as never }) as never,
      ) as never,
  ],
  [
    'a trigger',
    (all) =>
      all.pipe(
        window(tumbling('10ms'), { trigger: failsOnTime }),
        aggregate('results', { n: count() }) as never,
      ) as never,
  ],
]

describe('what fails when a window fires', () => {
  it.each(cases)('ends the job by default, with the key: %s', async (_name, steps) => {
    await expect(resultsOf(rows, steps)).rejects.toThrow(
      expect.objectContaining({
        code: 'OPERATOR_FAILED',
        happened: 'a function of the job threw: no result',
        where: expect.objectContaining({ operator: 'results', key: '"bad"' }),
      }),
    )
  })

  it.each(cases)('is left out of a job that skips, and counted: %s', async (_name, steps) => {
    const without = await resultsOf(
      rows.filter(({ key }) => key !== 'bad'),
      steps,
    )
    const skipping = await resultsOf(rows, steps, { onError: 'skip' })
    expect(skipping.out.filter((text) => !text.startsWith('bad'))).toEqual(without.out)
    expect(skipping.counted).toBeGreaterThan(0)
  })

  it.each(cases)('goes to the steps for failed records, crash or no crash: %s', async (_name, steps) => {
    const straight = await resultsOf(rows, steps, { onError: keep })
    const crashed = await resultsOf(rows, steps, { onError: keep, crashes: true })
    expect(crashed.out).toEqual(straight.out)
    const shown = ({ operator, reason, where, value }: FailedRecord) => ({
      operator,
      reason,
      key: where.key,
      value,
    })
    expect(crashed.failed.map(shown)).toEqual(straight.failed.map(shown))
    expect(straight.failed.length).toBeGreaterThan(0)
    for (const one of straight.failed) {
      expect(shown(one)).toEqual({
        operator: 'results',
        reason: 'a function of the job threw: no result',
        key: '"bad"',
        value: { key: 'bad', window: expect.anything() },
      })
    }
  })
})
