import { type FailedRecord, type JobOptions, job, type Step, type Stream } from 'millrace'
import {
  broadcast,
  connect,
  deduplicate,
  defineAggregate,
  descending,
  eventTime,
  groupBy,
  keyBy,
  listState,
  map,
  output,
  process,
  processBroadcast,
  runningAggregate,
  sinkTo,
  temporalJoin,
  toChanges,
  topN,
  valueState,
} from 'millrace/operators'
import { collectSink, listSource, testJob } from 'millrace/testing'
import { describe, expect, it } from 'vitest'

interface Row {
  readonly key: string
  readonly time: number
}

const rows: readonly Row[] = [0, 10, 20].flatMap((time) => ['good', 'bad'].map((key) => ({ key, time })))
const keep: Step<Stream<FailedRecord>, never> = (records) =>
  records.pipe(sinkTo('failed', collectSink<FailedRecord>())) as never

/** What comes of the rows, and what is refused. The job is killed in the middle if it `crashes`. */
async function outcome(
  steps: (of: Stream<Row>) => Stream<unknown>,
  { onError = keep, crashes = false }: Pick<JobOptions, 'onError'> & { crashes?: boolean } = {},
) {
  const test = testJob(
    job(
      'timers',
      ({ from }) =>
        steps(from('rows', listSource<Row>({})).pipe(eventTime(({ time }) => time))).pipe(
          sinkTo('out', collectSink()),
        ),
      { onError },
    ),
    { inputs: { rows: rows.slice(0, 3) } },
  )
  if (crashes) {
    await test.checkpoint()
    await test.crash()
  }
  await test.send('rows', ...rows.slice(3))
  const { rows: sinks, metrics } = await test.end()
  return {
    out: sinks['out'] as unknown[],
    failed: (sinks['failed'] ?? []) as FailedRecord[],
    counted: metrics.counters['own.failed'],
  }
}

const failAt = (key: unknown, time: number) => {
  if (key === 'bad' && time === 15) throw new RangeError('not at 15')
}

/** Counts its rows, and the timers five after each; at 15 it fails for one key when it has done all that it can do. */
const own = (rows: Stream<Row>) =>
  rows.pipe(
    keyBy(({ key }) => key),
    process('own', {
      state: { seen: listState<number>(), fired: valueState(0) },
      outputs: { side: output<string>() },
      onRecord({ time }, { state, timers }) {
        state.seen.add(time)
        timers.set(time + 5)
      },
      *onTimer(time, { key, state, timers, output }) {
        state.fired.value += 1
        state.seen.replace([...state.seen].filter((at) => at !== time - 5))
        timers.set(time + 100)
        output('side', `${key} ${time}`)
        yield `${key} ${time} ${state.fired.value} ${[...state.seen].join(' ')}`.trim()
        failAt(key, time)
      },
    }),
  )

describe('a timer of process that fails', () => {
  it('ends the job unless it says otherwise', () =>
    expect(outcome(own, { onError: 'fail' })).rejects.toMatchObject({
      code: 'OPERATOR_FAILED',
      where: { operator: 'own', key: '"bad"', time: '1970-01-01T00:00:00.015Z' },
    }))

  it.each([
    ['', false],
    [', killed in between', true],
  ])('leaves nothing behind%s', async (_how, crashes) => {
    const { out, failed, counted } = await outcome(own, { crashes })
    const of = (name: string) => out.filter((row) => String(row).startsWith(name))
    expect(of('good')).toEqual(['good 5 1 10', 'good 15 2 20', 'good 25 3'])
    expect(of('bad')).toEqual(['bad 5 1', 'bad 25 2 10'])
    expect(failed).toEqual([
      {
        operator: 'own',
        value: { key: 'bad', time: 15 },
        timestamp: 15,
        code: 'OPERATOR_FAILED',
        reason: 'a function of the job threw: not at 15',
        where: expect.objectContaining({ key: '"bad"', function: expect.stringMatching(/^failAt \(/) }),
      },
    ])
    expect(counted).toBe(1)
  })

  it('concerns the timer of one name alone', async () => {
    const { out, failed } = await outcome((rows) =>
      rows.pipe(
        keyBy(({ key }) => key),
        process('own', {
          state: { fired: listState<string>() },
          onRecord({ time }, { timers }) {
            timers.set(15)
            if (time === 0) for (const name of ['a', 'b', 'c']) timers.set(15, name)
          },
          onTimer(_time, { state }, name = '-') {
            state.fired.add(name)
            if (name === 'b') throw new Error('b')
            return [[...state.fired].join('')]
          },
        }),
      ),
    )
    expect(out.filter((row) => row === '-ac')).toHaveLength(2)
    expect(failed.map(({ value }) => value)).toContainEqual({ key: 'bad', time: 15, name: 'b' })
  })

  it('is no less of connect, of processBroadcast, and of processing time', async () => {
    const counts = async (steps: (rows: Stream<Row>) => Stream<unknown>) => {
      const { out, failed } = await outcome(steps)
      return [out.length, failed.length]
    }
    const fails = (key: unknown) => {
      if (key === 'bad') throw new Error('bad')
      return [key]
    }
    const byKey = keyBy((row: Row) => row.key)
    expect(
      await counts((rows) =>
        rows.pipe(
          byKey,
          connect('own', rows.pipe(byKey), {
            onLeft: (_row, { timers }) => {
              timers.set(50)
            },
            onRight: () => undefined,
            onTimer: (_time, { key }) => fails(key),
          }),
        ),
      ),
    ).toEqual([1, 1])
    for (const waitFor of ['watermark', 'nothing'] as const)
      expect(
        await counts((rows) =>
          rows.pipe(
            byKey,
            processBroadcast('own', rows.pipe(broadcast(({ key }) => key)), {
              waitFor,
              onRecord: (_row, { timers }) => {
                timers.set(50)
              },
              onTimer: (_time, { key }) => fails(key),
            }),
          ),
        ),
      ).toEqual([1, 1])
    expect(
      await counts((rows) =>
        rows.pipe(
          byKey,
          process('own', {
            onRecord: (_row, { now, processingTimers }) => {
              processingTimers.set(now + 1_000_000)
            },
            onProcessingTimer: (_time, { key }) => fails(key),
          }),
        ),
      ),
    ).toEqual([1, 1])
  })
})

/** The sum of times, which it cannot tell while it is 10. */
const touchy = defineAggregate<Row, number, number>({
  kind: 'touchy',
  create: () => 0,
  add: (total, { time }) => total + time,
  merge: (a, b) => a + b,
  result: (total) => {
    if (total === 10) throw new Error('not 10')
    return total
  },
})

describe('a running aggregate that cannot tell its result', () => {
  it.each([
    ['per-batch', 'per-batch'],
    ['at intervals', { every: '1ms' }],
  ] as const)('tells it with the next record, %s', async (_when, emit) => {
    const test = testJob(
      job(
        'running',
        ({ from }) =>
          from('rows', listSource<Row>({})).pipe(
            eventTime(({ time }) => time),
            keyBy(({ key }) => key),
            runningAggregate('own', { total: touchy }, { emit }),
            map((change) => `${change.op} ${change.op === 'delete' ? '' : change.value.total}`),
            sinkTo('out', collectSink()),
          ),
        { onError: keep },
      ),
      { inputs: { rows: [] } },
    )
    for (const time of [1, 9, 20]) {
      await test.send('rows', { key: 'a', time })
      await test.advance('10ms')
    }
    const { rows: sinks } = await test.end()
    expect(sinks['out']).toEqual(['insert 1', 'update 30'])
    expect((sinks['failed'] as FailedRecord[]).map(({ value, where }) => [value, where.key])).toEqual([
      [{ key: 'a' }, '"a"'],
    ])
  })
})

describe('an order that fails', () => {
  const wrong = (row: Row) => {
    if (row.time === 0) throw new Error('no order')
    return row.time
  }
  const orders: Readonly<Record<string, (rows: Stream<Row>) => Stream<unknown>>> = {
    topN: (rows) =>
      rows.pipe(
        keyBy(({ key }) => key),
        topN('own', 5, { by: descending(wrong) }),
      ),
    'topN by id': (rows) =>
      rows.pipe(
        keyBy(({ key }) => key),
        topN('own', 5, { by: descending(wrong), id: ({ time }) => time }),
      ),
    'topN of changes': (rows) =>
      rows.pipe(
        toChanges(({ key, time }) => `${key} ${time}`),
        groupBy(({ key }) => key),
        topN('own', 5, { by: descending(wrong) }),
      ),
    deduplicate: (rows) =>
      rows.pipe(
        keyBy(({ key, time }) => `${key} ${time}`),
        deduplicate('own', { keep: 'first', ties: descending(wrong) }),
      ),
    'deduplicate with changes': (rows) =>
      rows.pipe(
        keyBy(({ key, time }) => `${key} ${time}`),
        deduplicate('own', { keep: 'last', emit: 'changes', ties: descending(wrong) }),
      ),
  }
  it.each(Object.entries(orders))('of %s fails for its record, not for another one', async (_name, steps) => {
    const { out, failed } = await outcome(steps)
    // Of a changelog it is the change that fails.
    const refused = failed.map(({ value }) => (value as { value?: Row }).value ?? value)
    expect(refused).toEqual(rows.slice(0, 2))
    expect(out.length).toBeGreaterThanOrEqual(4)
  })
})

it('a join that forgets idle keys refuses the row that it fails on when its time has come', async () => {
  const { out, failed } = await outcome((rows) => {
    const keyed = rows.pipe(keyBy(({ key }) => key))
    return keyed.pipe(
      temporalJoin('own', keyed, { idle: '1h' }, (row) => {
        failAt(row.key, row.time + 5)
        return row
      }),
    )
  })
  expect(out).toHaveLength(5)
  expect(failed.map(({ value }) => value)).toEqual([{ key: 'bad', time: 10 }])
})
