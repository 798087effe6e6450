import fc from 'fast-check'
import { type FailedRecord, type Job, type JobOptions, job, MillraceError, run, type Stream } from 'millrace'
import {
  type AsyncMapOptions,
  aggregate,
  asyncMap,
  count,
  eventTime,
  keyBy,
  map,
  sinkTo,
  tumbling,
  window,
} from 'millrace/operators'
import { collectSink, listSource, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../runtime/failed.ts'
import { impatientClock } from '../runtime/impatient-clock.ts'
import { quiet, until } from '../runtime/until.ts'
import { manners, rowsOf, straight } from './anyhow.ts'

interface Reading {
  readonly key: string
  readonly time: number
  readonly turns: number
}

const readings = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    time: fc.nat({ max: 60 }),
    turns: fc.nat({ max: 12 }),
  }),
  { maxLength: 30 },
)

/** Answers after a while, the later the more `turns` it takes. */
async function slowly(reading: Reading): Promise<Reading> {
  for (let turn = 0; turn < reading.turns; turn += 1) await Promise.resolve()
  return reading
}

/** A service that answers when the test wants it to. */
function service() {
  const calls: {
    value: number
    attempt: number
    signal: AbortSignal
    answer: (value: string) => void
    fail: (error: Error) => void
  }[] = []
  const ask = (value: number, { signal, attempt }: { signal: AbortSignal; attempt: number }) =>
    new Promise<string>((answer, fail) => calls.push({ value, attempt, signal, answer, fail }))
  const answer = (value: number) => calls.findLast((call) => call.value === value)!.answer(`=${value}`)
  return { calls, ask, answer, asked: () => calls.map(({ value }) => value) }
}

const numbers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ value: index, arrivalTime: index }))

function asking(
  ask: Parameters<typeof asyncMap<number, string>>[0],
  options: AsyncMapOptions,
  more: JobOptions & { count?: number; perFetch?: number } = {},
) {
  const { count = 4, perFetch = 1, ...jobOptions } = more
  const out = collectSink<string>()
  const described = job(
    'asking',
    ({ from }) =>
      from('numbers', listSource({ s: numbers(count) }, { perFetch })).pipe(
        asyncMap(ask, options),
        sinkTo('out', out),
      ),
    { checkpoint: { every: '1d' }, ...jobOptions },
  )
  return { described, out }
}

const begin = (described: Job, clock = manualClock()) =>
  run(described, { checkpoints: memoryStore(), clock, random: () => 0 })

describe('asyncMap', () => {
  it.each([true, false])('gives the same windows, however records come (ordered: %s)', async (ordered) => {
    const build = (stream: Stream<Reading>) =>
      stream.pipe(
        asyncMap(slowly, { ordered, concurrency: 3 }),
        keyBy(({ key }) => key),
        window(tumbling('10ms')),
        aggregate('counts', { n: count() }),
        map(({ key, window, n }) => `${key} ${window.start} ${n}`),
      )
    const trialOf = (values: readonly Reading[]) => ({
      inputs: [values],
      timeOf: ({ time }: Reading) => time,
      disorderMs: 20,
    })
    await fc.assert(
      fc.asyncProperty(readings, manners, async (values, manner) => {
        const expected = new Map<string, number>()
        for (const { key, time } of values) {
          const start = Math.floor(time / 10) * 10
          expected.set(`${key} ${start}`, (expected.get(`${key} ${start}`) ?? 0) + 1)
        }
        const rows = await rowsOf(trialOf(values), manner, build)
        expect(rows.toSorted()).toEqual([...expected].map(([at, n]) => `${at} ${n}`).toSorted())
      }),
      { numRuns: 40 },
    )
  })

  it('keeps the order of records, whichever answer comes first', async () => {
    const values = Array.from({ length: 20 }, (_, index) => ({
      key: 'a',
      time: index,
      turns: (index * 7) % 11,
    }))
    const trial = { inputs: [values], timeOf: ({ time }: Reading) => time, disorderMs: 0 }
    const rows = await rowsOf(trial, straight, (stream) => stream.pipe(asyncMap(slowly)))
    expect(rows).toEqual(values)
  })

  it('hands answers on as they come where order does not count', async () => {
    const { ask, answer, asked } = service()
    const { described, out } = asking(ask, { ordered: false }, { perFetch: 4 })
    const running = begin(described)
    await until(() => asked().length === 4)
    for (const value of [2, 0, 3, 1]) {
      answer(value)
      await quiet(5)
    }
    await running
    expect(out.rows).toEqual(['=2', '=0', '=3', '=1'])
  })

  it('makes no more calls at once than it may, and reads no further meanwhile', async () => {
    let fetches = 0
    const { calls, ask } = service()
    const onFetch = () => {
      fetches += 1
    }
    const source = listSource({ s: numbers(9) }, { perFetch: 3, onFetch })
    const out = collectSink<string>()
    const described = job('bounded', ({ from }) =>
      from('numbers', source).pipe(asyncMap(ask, { concurrency: 2 }), sinkTo('out', out)),
    )
    const running = begin(described)
    await until(() => calls.length === 2)
    await quiet()
    expect([calls.length, fetches]).toEqual([2, 2])
    for (let next = 0; next < 9; next += 1) {
      await until(() => calls.length > next)
      expect(calls.length - next).toBeLessThanOrEqual(2)
      calls[next]!.answer(`=${next}`)
    }
    await running
    expect(out.rows).toHaveLength(9)
  })

  it('has a checkpoint wait until nothing is in flight', async () => {
    const clock = manualClock()
    const { ask, answer, asked } = service()
    const { described, out } = asking(ask, {}, { checkpoint: { every: '1s' }, count: 1 })
    let checkpoints = 0
    const running = run(described, { checkpoints: memoryStore(), clock, random: () => 0 })
    running.checkpoints$.subscribe(() => {
      checkpoints += 1
    })
    await until(() => asked().length === 1)
    clock.advance(1000)
    await quiet()
    expect([checkpoints, out.rows]).toEqual([1, []])
    answer(0)
    await running
    expect(out.rows).toEqual(['=0'])
  })

  it('brings each result once when the job fails with calls in flight', async () => {
    const values = Array.from({ length: 12 }, (_, index) => ({ key: 'a', time: index, turns: 12 - index }))
    const trial = { inputs: [values], timeOf: ({ time }: Reading) => time, disorderMs: 0 }
    const manner = { ...straight, perFetch: 1, failures: [3, 5, 9] }
    const rows = await rowsOf(trial, manner, (stream) => stream.pipe(asyncMap(slowly)))
    expect(rows).toEqual(values)
  })

  it('waits for what is in flight when it is told to stop', async () => {
    const { ask, answer, asked } = service()
    const { described, out } = asking(ask, { concurrency: 1 })
    const running = begin(described)
    await until(() => asked().length === 1)
    running.stop()
    await quiet()
    answer(0)
    expect((await running).outcome).toBe('stopped')
    expect(out.rows).toEqual(['=0'])
  })
})

describe('a call of asyncMap', () => {
  it('that fails ends the job, with the operator named', async () => {
    const { described } = asking(() => Promise.reject(new Error('no such order')), {})
    const failure = await failureOf(begin(described))
    expect([failure.code, failure.where.operator]).toEqual(['OPERATOR_FAILED', 'numbers/asyncMap-1'])
    expect(failure.message).toContain('no such order')
  })

  it('that throws before it waits fails in the same way', async () => {
    const { described } = asking(() => {
      throw new Error('at once')
    }, {})
    expect((await failureOf(begin(described))).message).toContain('at once')
  })

  it('that fails concerns its record alone where the job goes on', async () => {
    const dead = collectSink<FailedRecord>()
    const onError = (failed: Stream<FailedRecord>) => failed.pipe(sinkTo('dead', dead))
    const ask = async (value: number) => {
      if (value % 2 === 1) throw new Error('odd')
      return `=${value}`
    }
    const { described, out } = asking(ask, {}, { onError })
    await begin(described)
    expect(out.rows).toEqual(['=0', '=2'])
    expect(dead.rows.map(({ value, operator }) => [value, operator])).toEqual([
      [1, 'numbers/asyncMap-1'],
      [3, 'numbers/asyncMap-1'],
    ])
  })

  it('that takes too long is cancelled, and is a failure of its own', async () => {
    const clock = manualClock()
    const { calls, ask } = service()
    const { described } = asking(ask, { timeout: '2s' }, { onError: 'skip', count: 1 })
    const running = begin(described, clock)
    await until(() => calls.length === 1)
    clock.advance(1999)
    await quiet()
    expect(calls[0]!.signal.aborted).toBe(false)
    clock.advance(1)
    const { metrics } = await running
    expect(calls[0]!.signal.reason).toBeInstanceOf(MillraceError)
    expect(metrics.counters).toMatchObject({ 'numbers/asyncMap-1.failed': 1 })
  })

  it('that is not kept aside when it takes too long has the code of it', async () => {
    const { described } = asking(() => new Promise<string>(() => {}), {}, { count: 1 })
    const running = run(described, { checkpoints: memoryStore(), clock: impatientClock(), random: () => 0 })
    expect((await failureOf(running)).code).toBe('CALL_TIMED_OUT')
  })

  it('is made again after a failure, each time after twice the wait', async () => {
    const clock = manualClock()
    const { calls, ask } = service()
    const { described, out } = asking(ask, { retry: { attempts: 3, backoff: '1s' } }, { count: 1 })
    const running = begin(described, clock)
    for (const [attempt, wait] of [499, 999].entries()) {
      await until(() => calls.length === attempt + 1)
      calls[attempt]!.fail(new Error('busy'))
      await quiet()
      clock.advance(wait)
      await quiet()
      expect(calls).toHaveLength(attempt + 1)
      clock.advance(1)
    }
    await until(() => calls.length === 3)
    calls[2]!.answer('at last')
    const { metrics } = await running
    expect(out.rows).toEqual(['at last'])
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(metrics.counters).toMatchObject({ 'numbers/asyncMap-1.retried': 2 })
  })

  it('is cancelled when another one ends the job', async () => {
    const { calls, ask } = service()
    const { described } = asking(ask, {}, { perFetch: 4 })
    const running = begin(described)
    await until(() => calls.length === 4)
    calls[0]!.fail(new Error('broken'))
    expect((await failureOf(running)).code).toBe('OPERATOR_FAILED')
    expect(calls.slice(1).every(({ signal }) => signal.aborted)).toBe(true)
  })
})

describe('asyncMap is refused', () => {
  it.each([
    [{ concurrency: 0 }, 'concurrency is 0'],
    [{ concurrency: Number.POSITIVE_INFINITY }, 'concurrency is Infinity'],
    [{ retry: { attempts: 1.5 } }, 'retry.attempts is 1.5'],
    [{ timeout: '0s' }, 'timeout must be more than 0'],
  ] as const)('with %o', (options, message) => {
    expect(() => asyncMap((value: number) => value, options)).toThrow(message)
  })

  it('before eventTime, which needs records by split', () => {
    const stream = (build: (stream: Stream<number>) => Stream<number>) =>
      job('wrong', ({ from }) =>
        build(from('numbers', listSource<number>({}))).pipe(sinkTo('out', collectSink())),
      )
    const late = (numbers: Stream<number>) =>
      numbers.pipe(
        asyncMap((value) => value),
        map((value) => value),
      )
    const timed = (numbers: Stream<number>) => numbers.pipe(eventTime((value) => value))
    expect(() => stream((numbers) => timed(late(numbers)))).toThrow(
      /eventTime\(…\) stands after asyncMap\(…\)/,
    )
    expect(() => stream((numbers) => late(timed(numbers)))).not.toThrow()
  })
})
