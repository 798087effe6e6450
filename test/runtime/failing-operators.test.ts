import { type Job, job, json, MillraceError, run, type StandardSchema } from 'millrace'
import {
  aggregate,
  asyncMap,
  broadcast,
  count,
  decode,
  defineAggregate,
  descending,
  eventTime,
  filter,
  flatMap,
  intervalJoin,
  join,
  keyBy,
  lookupJoin,
  map,
  matchPattern,
  pattern,
  process,
  reduce,
  runningAggregate,
  rx,
  sinkTo,
  sliding,
  splitBy,
  sum,
  tap,
  topN,
  tumbling,
  valueState,
  window,
} from 'millrace/operators'
import { bytesSource, collectSink, listSource, memoryStore } from 'millrace/testing'
import { map as rxMap } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Sink } from '../../src/contract/sink.ts'
import type { Stream } from '../../src/stream.ts'
import { failureOf } from './failed.ts'
import { impatientClock } from './impatient-clock.ts'

type Wrong = (n: number) => number

/** What stands between two steps that are fine. */
type Steps = (numbers: Stream<number>, wrong: Wrong) => Stream<unknown>

const twice = (n: number) => n * 2
const schemaOf = (wrong: Wrong): StandardSchema<number> => ({
  '~standard': { version: 1, vendor: 'test', validate: (n) => ({ value: wrong(n as number) }) },
})
const longest = (wrong: Wrong, at: 'add' | 'merge' | 'result') =>
  defineAggregate<number, number, number>({
    kind: 'longest',
    create: () => 0,
    add: (a, n) => Math.max(a, at === 'add' ? wrong(n) : n),
    merge: (a, b) => (at === 'merge' ? wrong(3) : Math.max(a, b)),
    result: (a) => (at === 'result' ? wrong(3) : a),
  })

/** Each with the operator that fails, and whether it does while it has a record at hand. */
const places: readonly (readonly [what: string, operator: string, atRecord: boolean, steps: Steps])[] = [
  [
    'map',
    'numbers/map-2',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        map(twice),
        map((n) => wrong(n / 2)),
        map(twice),
      ),
  ],
  [
    'filter',
    'numbers/filter-1',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        map(twice),
        filter((n) => wrong(n / 2) > 0),
      ),
  ],
  [
    'a pattern condition',
    'turns',
    false,
    (numbers, wrong) =>
      numbers.pipe(
        keyBy(() => 'all'),
        matchPattern(
          'turns',
          pattern<number>()
            .begin('a')
            .next('b', (n) => wrong(n) > 0),
        ),
      ),
  ],
  [
    'the order of a topN',
    'best',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        keyBy(() => 'all'),
        topN('best', 2, { by: descending(wrong) }),
      ),
  ],
  [
    'the key of a table',
    'joined',
    true,
    (numbers, wrong) =>
      numbers.pipe(lookupJoin('joined', numbers.pipe(broadcast(wrong)), { by: (n) => n }, (n) => n)),
  ],
  [
    'the key that is looked up',
    'joined',
    false,
    (numbers, wrong) =>
      numbers.pipe(
        lookupJoin('joined', numbers.pipe(broadcast((n) => n)), { by: (n) => wrong(n) }, (n) => n),
      ),
  ],
  [
    'a join',
    'joined',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        keyBy((n) => n),
        join('joined', numbers.pipe(keyBy(wrong)), {}, (n) => n),
      ),
  ],
  ['tap', 'numbers/tap-1', true, (numbers, wrong) => numbers.pipe(tap(wrong), map(twice))],
  ['rx', 'numbers/rx-1', true, (numbers, wrong) => numbers.pipe(map(twice), rx(rxMap((n) => wrong(n / 2))))],
  [
    'a generator that has emitted',
    'numbers/flatMap-1',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        flatMap(function* (n) {
          yield n
          yield wrong(n)
        }),
        map(twice),
        filter(() => true),
      ),
  ],
  [
    'what a flatMap emits to',
    'numbers/map-1',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        flatMap((n) => [n]),
        map(wrong),
      ),
  ],
  [
    'eventTime',
    'numbers/eventTime-1',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        map((n) => n),
        eventTime(wrong),
        map(twice),
      ),
  ],
  [
    'splitBy',
    'numbers/splitBy-1',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        map((n) => n),
        splitBy({ odd: (n) => wrong(n) % 2 === 1 }),
      ).rest,
  ],
  [
    'the key of a window',
    'totals',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        map((n) => n),
        keyBy(wrong),
        window(tumbling('1s')),
        aggregate('totals', { n: count() }),
      ),
  ],
  [
    'a field that is summed up',
    'totals',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        keyBy(() => 'all'),
        window(tumbling('1s')),
        aggregate('totals', { n: sum(wrong) }),
      ),
  ],
  [
    'an aggregate that adds',
    'totals',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        keyBy(() => 'all'),
        window(tumbling('1s')),
        aggregate('totals', { n: longest(wrong, 'add') }),
      ),
  ],
  [
    'an aggregate that merges',
    'totals',
    false,
    (numbers, wrong) =>
      numbers.pipe(
        keyBy(() => 'all'),
        window(sliding('2ms', '1ms')),
        aggregate('totals', { n: longest(wrong, 'merge') }),
      ),
  ],
  [
    'the result of an aggregate',
    'totals',
    false,
    (numbers, wrong) =>
      numbers.pipe(
        map((n) => n),
        keyBy(() => 'all'),
        window(tumbling('1s')),
        aggregate('totals', { n: longest(wrong, 'result') }),
        map((row) => row),
      ),
  ],
  [
    'what a closing window emits to',
    'totals/map-1',
    false,
    (numbers, wrong) =>
      numbers.pipe(
        keyBy(() => 'all'),
        window(tumbling('1s')),
        aggregate('totals', { n: count() }),
        map(() => wrong(3)),
      ),
  ],
  [
    'reduce',
    'highest',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        keyBy(() => 'all'),
        window(tumbling('1s')),
        reduce('highest', (_a, b) => wrong(b)),
      ),
  ],
  [
    'the key of a process',
    'seen',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        map((n) => n),
        keyBy(wrong),
        process('seen', { onRecord: (n) => [n] }),
      ),
  ],
  [
    'a process that has emitted',
    'seen',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        keyBy(() => 'all'),
        process('seen', {
          *onRecord(n) {
            yield n
            yield wrong(n)
          },
        }),
        map(twice),
      ),
  ],
]

/** What decodes; errors of it have a code of their own. */
const decoders: typeof places = [
  [
    'a decoder',
    'numbers/decode-1',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        map((n) => Uint8Array.of(n)),
        decode((data) => wrong(data[0]!)),
      ),
  ],
  [
    'the schema of a codec',
    'numbers/decode-1',
    true,
    (numbers, wrong) =>
      numbers.pipe(
        map((n) => Buffer.from(String(n))),
        decode(json(schemaOf(wrong))),
      ),
  ],
]

/** As a writer asks a function of the job. */
function asked(question: () => unknown): void {
  try {
    question()
  } catch (cause) {
    throw new MillraceError('ROW_INVALID', `no row: ${cause}`, { cause })
  }
}

const sourceOf = (values: readonly number[]) =>
  listSource({ s: values.map((value) => ({ value, arrivalTime: value })) }, { perFetch: 2 })

function withSteps(steps: Steps, wrong: Wrong): Job {
  return job('steps', ({ from }) =>
    steps(from('numbers', sourceOf([1, 2, 3])), wrong).pipe(
      map((value) => value),
      sinkTo('out', collectSink()),
    ),
  )
}

function failing(steps: Steps, thrown: unknown) {
  function wrongAtThree(n: number): number {
    if (n === 3) throw thrown
    return n
  }
  return failureOf(
    run(withSteps(steps, wrongAtThree), { checkpoints: memoryStore(), clock: impatientClock() }),
  )
}

describe('what a function of the job throws', () => {
  it.each(places)('in %s is said to be of %s', async (_what, operator, atRecord, steps) => {
    const failure = await failing(steps, 'just a text')
    expect(failure).toMatchObject({ code: 'OPERATOR_FAILED', cause: 'just a text' })
    expect(failure.happened).toBe('a function of the job threw: just a text')
    expect(failure.where.operator).toBe(operator)
    expect(failure.where.function).toBeUndefined()
    if (atRecord) expect(failure.where).toMatchObject({ source: 'numbers', shard: 's', sequenceNumber: '2' })
    else expect(failure.where.sequenceNumber).toBeUndefined()
  })

  it.each([...places, ...decoders])(
    'in %s is said with the function and its line',
    async (_what, operator, _atRecord, steps) => {
      function late(n: number): number {
        if (n === 3) throw new RangeError('no threes')
        return n
      }
      const failure = await failureOf(
        run(withSteps(steps, late), { checkpoints: memoryStore(), clock: impatientClock() }),
      )
      expect(failure.where.operator).toBe(operator)
      expect(failure.where.function).toMatch(/^late \(test\/runtime\/failing-operators\.test\.ts:\d+:\d+\)$/)
    },
  )

  it('when a window closes names the key and the window', async () => {
    const failure = await failing(
      (numbers, wrong) =>
        numbers.pipe(
          keyBy(String),
          window(tumbling('1s')),
          aggregate('totals', { n: count() }),
          map(({ key }) => wrong(Number(key))),
        ),
      'just a text',
    )
    expect(failure.where).toEqual({
      job: 'steps',
      operator: 'totals/map-1',
      key: '"3"',
      window: '1970-01-01T00:00:00.000Z',
    })
  })

  it('in a timer names the key and the time', async () => {
    const failure = await failing(
      (numbers, wrong) =>
        numbers.pipe(
          keyBy((n) => n),
          process('seen', {
            state: { last: valueState<number>() },
            onRecord(n, { state, timers }) {
              state.last.value = n
              timers.set(1000 + n)
            },
            onTimer: (_time, { state }) => [wrong(state.last.value ?? 0)],
          }),
        ),
      'just a text',
    )
    expect(failure.where).toEqual({
      job: 'steps',
      operator: 'seen',
      key: '3',
      time: '1970-01-01T00:00:01.003Z',
    })
  })

  it.each<[string, string, Steps]>([
    [
      'keyBy',
      'a window',
      (numbers, wrong) =>
        numbers.pipe(
          keyBy((n) => wrong(n)),
          window(tumbling('1s')),
          aggregate('totals', { n: count() }),
        ),
    ],
    [
      'keyBy',
      'a process',
      (numbers, wrong) =>
        numbers.pipe(
          keyBy((n) => wrong(n)),
          process('seen', { onRecord: (n) => [n] }),
        ),
    ],
    [
      'keyBy',
      'a join',
      (numbers, wrong) =>
        numbers.pipe(
          keyBy((n) => n),
          join('joined', numbers.pipe(keyBy((n) => wrong(n))), {}, (n) => n),
        ),
    ],
    [
      'keyBy',
      'an interval join',
      (numbers, wrong) =>
        numbers.pipe(
          keyBy((n) => wrong(n)),
          intervalJoin('joined', numbers.pipe(keyBy((n) => n)), { from: '0s', to: '1s' }, (n) => n),
        ),
    ],
    [
      'broadcast',
      'a table',
      (numbers, wrong) =>
        numbers.pipe(
          lookupJoin('joined', numbers.pipe(broadcast((n) => wrong(n))), { by: (n) => n }, (n) => n),
        ),
    ],
    [
      'keyBy',
      'a pattern',
      (numbers, wrong) =>
        numbers.pipe(
          keyBy((n) => wrong(n)),
          matchPattern('found', pattern<number>().begin('a')),
        ),
    ],
    [
      'keyBy',
      'a running aggregate',
      (numbers, wrong) =>
        numbers.pipe(
          keyBy((n) => wrong(n)),
          runningAggregate('counted', { n: count() }),
        ),
    ],
    ['eventTime', 'an event time', (numbers, wrong) => numbers.pipe(eventTime((n) => wrong(n)))],
  ])('is not what %s of %s gives, which leads to its step', async (verb, _what, steps) => {
    const described = withSteps(steps, (n) => (n === 3 ? Number.NaN : n))
    const failure = await failureOf(run(described, { checkpoints: memoryStore(), clock: impatientClock() }))
    expect(failure.code).toMatch(/^(KEY|EVENT_TIME)_INVALID$/)
    expect(failure.where.function).toMatch(
      new RegExp(`^${verb} \\(test/runtime/failing-operators\\.test\\.ts:\\d+:\\d+\\)$`),
    )
  })

  it.each([
    ['through steps', (numbers: Stream<number>) => numbers.pipe(map(twice))],
    ['at once', (numbers: Stream<number>) => numbers],
  ])('in what a sink asks of a row is of the sink, %s', async (_how, steps) => {
    function dayOf(n: number): string {
      if (n > 2) throw new RangeError('no day')
      return String(n)
    }
    const sink: Sink<{ n: number }> = {
      ...collectSink<{ n: number }>(),
      open: async () => ({
        write: (rows) => {
          for (const { n } of rows) asked(() => dayOf(n))
        },
        ready: () => undefined,
        stage: async () => ({ committables: [], state: { schema: 1, parts: [] } }),
        commit: async () => {},
        close: async () => {},
      }),
    }
    const described = job('files', ({ from }) =>
      steps(from('numbers', sourceOf([1, 2, 3]))).pipe(
        map((n) => ({ n })),
        sinkTo('files', sink),
      ),
    )
    const failure = await failureOf(run(described, { checkpoints: memoryStore() }))
    expect(failure).toMatchObject({
      code: 'ROW_INVALID',
      happened: 'no row: RangeError: no day',
      where: {
        sink: 'files',
        source: 'numbers',
        shard: 's',
        function: expect.stringMatching(/^dayOf \(test\/runtime\/failing-operators\.test\.ts:\d+:\d+\)$/),
      },
    })
  })

  it('in a bound function is said with its line', async () => {
    const at = {
      most: 2,
      under(this: { most: number }, n: number) {
        if (n > this.most) throw new RangeError('too many')
        return n
      },
    }
    const failure = await failureOf(
      run(
        withSteps((numbers) => numbers.pipe(map(at.under.bind(at))), twice),
        { checkpoints: memoryStore() },
      ),
    )
    expect(failure.where.function).toMatch(/^under \(test\/runtime\/failing-operators\.test\.ts:\d+:\d+\)$/)
    expect(failure.where).toMatchObject({ source: 'numbers', shard: 's', sequenceNumber: '2' })
  })

  it('in the codec of a source is said with its line', async () => {
    function toNumber(data: Uint8Array): number {
      if (data[0] === 3) throw new RangeError('no threes')
      return data[0]!
    }
    const bytes = [1, 2, 3].map((n) => ({ value: Uint8Array.of(n), arrivalTime: 0 }))
    const described = job('decodes', ({ from }) =>
      from('numbers', bytesSource({ s: bytes }, toNumber)).pipe(sinkTo('out', collectSink())),
    )
    const failure = await failureOf(run(described, { checkpoints: memoryStore() }))
    expect(failure).toMatchObject({
      code: 'RECORD_UNDECODABLE',
      happened: 'no threes',
      where: {
        source: 'numbers',
        shard: 's',
        sequenceNumber: '2',
        function: expect.stringMatching(/^toNumber \(test\/runtime\/failing-operators\.test\.ts:\d+:\d+\)$/),
      },
    })
  })

  it('may be anything', async () => {
    const own: Error = new Error('its own cause')
    own.cause = own
    const nothing: unknown = Object.create(null)
    const told = async (thrown: unknown) =>
      (await failing((numbers, wrong) => numbers.pipe(map(wrong)), thrown)).happened
    expect(await told(Object.freeze(new Error('frozen')))).toBe('a function of the job threw: frozen')
    expect(await told(undefined)).toBe('a function of the job threw: undefined')
    expect(await told(nothing)).toBe('a function of the job threw: a value of type object')
    expect(await told(Symbol('s'))).toBe('a function of the job threw: Symbol(s)')
    expect(await told(own)).toBe('a function of the job threw: its own cause')
    expect(await told(new MillraceError('SOURCE_FAILED', 'as the job wants'))).toBe('as the job wants')
  })

  it('in an asynchronous function is of the operator that called it', async () => {
    async function late(n: number): Promise<number> {
      await Promise.resolve()
      if (n === 3) throw new RangeError('no threes')
      return n
    }
    const described = job('asks', ({ from }) =>
      from('numbers', sourceOf([1, 2, 3])).pipe(
        map(twice),
        asyncMap((n) => late(n / 2)),
        map(twice),
        sinkTo('out', collectSink()),
      ),
    )
    const failure = await failureOf(run(described, { checkpoints: memoryStore() }))
    expect(failure.where.operator).toBe('numbers/asyncMap-1')
    expect(failure.where.function).toMatch(/^late \(/)
  })
})
