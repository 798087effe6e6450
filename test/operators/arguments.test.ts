import { exponentialDelay, failureRate, fixedDelay, job } from 'millrace'
import * as operators from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { describe, expect, it } from 'vitest'

/** The verbs as someone calls them who does not ask the compiler. */
const verbs = operators as unknown as Record<string, (...args: unknown[]) => unknown>
const at = (value: number) => value
const huge = `${'9'.repeat(300)}d`

/** A verb, its arguments, and what the error says. */
const refused: readonly (readonly [verb: string, args: readonly unknown[], said: string])[] = [
  ...(['map', 'filter', 'flatMap', 'tap', 'keyBy', 'eventTime', 'keyChangesBy'] as const).flatMap(
    (verb) =>
      [
        [verb, [], `${verb}(…): the function is undefined, not a function`],
        [verb, [null], `${verb}(…): the function is null, not a function`],
        [verb, ['text'], `${verb}(…): the function is text, not a function`],
        [verb, [{}], `${verb}(…): the function is an object, not a function`],
        [verb, [async () => 1], `${verb}(…): the function is async`],
      ] as const,
  ),
  ['asyncMap', [], 'asyncMap(…): the function is undefined'],
  ['asyncMap', [at, { concurrency: 0 }], 'concurrency is 0, not a whole number from 1'],
  ['asyncMap', [at, { concurrency: 1.5 }], 'concurrency is 1.5'],
  ['asyncMap', [at, { concurrency: Number.NaN }], 'concurrency is NaN'],
  ['asyncMap', [at, { timeout: '0s' }], 'timeout must be more than 0'],
  ['asyncMap', [at, { timeout: 5 }], 'the timeout of asyncMap(…) is 5, not a duration'],
  ['asyncMap', [at, { retry: { attempts: 0 } }], 'retry.attempts is 0'],
  [
    'asyncMap',
    [at, { retry: { attempts: 2, backoff: '-1s' } }],
    'the retry.backoff of asyncMap(…): "-1s" is not',
  ],
  ['decode', [], 'decode(…): the codec is undefined'],
  ['decode', [{}], 'decode(…): the codec is undefined'],
  ['decode', [async () => 1], 'decode(…): the codec is async'],
  ['encode', [], 'encode(…): the encoder is undefined'],
  ['rx', [1], 'rx(…): an operator is 1'],
  ['eventTime', [at, { outOfOrder: '-1s' }], 'the outOfOrder of eventTime(…): "-1s" is not a duration'],
  ['eventTime', [at, { outOfOrder: 5 }], 'the outOfOrder of eventTime(…) is 5, not a duration with its unit'],
  ['eventTime', [at, { outOfOrder: huge }], 'the outOfOrder of eventTime(…) is '],
  ['eventTime', [at, { idleAfter: 'soon' }], 'the idleAfter of eventTime(…): "soon" is not a duration'],
  ['eventTime', [at, { maxDrift: Number.NaN }], 'the maxDrift of eventTime(…) is NaN'],
  ['eventTime', [at, { watermark: 1 }], 'eventTime(…): watermark is 1, not a function'],
  ['throttle', [], 'throttle(…): undefined records per 1s is no rate'],
  ['throttle', [{ records: 0 }], 'throttle(…): 0 records per 1s is no rate'],
  ['throttle', [{ records: Number.NaN }], 'throttle(…): NaN records'],
  ['throttle', [{ records: -1 }], 'throttle(…): -1 records'],
  ['throttle', [{ records: 1, per: '0s' }], 'throttle(…): 1 records per 0s is no rate'],
  ['throttle', [{ records: 1, per: 'x' }], 'the per of throttle(…): "x" is not a duration'],
  ['sample', [-0.1, at], 'sample(…): the share is -0.1'],
  ['sample', [1.1, at], 'sample(…): the share is 1.1'],
  ['sample', [Number.NaN, at], 'sample(…): the share is NaN'],
  ['sample', ['0.5', at], 'sample(…): the share is 0.5, not a number'],
  ['sample', [0.5], 'sample(…): the function is undefined'],
  ['log', [], 'log(…): the label is undefined'],
  ['log', ['x', { every: 0 }], 'log(…): every is 0'],
  ['log', ['x', { every: 1.5 }], 'log(…): every is 1.5'],
  ['log', ['x', { show: 1 }], 'log(…): show is 1, not a function'],
  ['splitBy', [], 'splitBy(…) takes an object of predicates'],
  ['splitBy', [{}], 'splitBy(…) takes an object of predicates'],
  ['splitBy', [{ odd: 1 }], 'splitBy(…): "odd" is 1, not a function'],
  ['splitBy', [{ rest: at }], 'called "rest", which is taken'],
  ...(['tumbling', 'session'] as const).flatMap(
    (verb) =>
      [
        [verb, ['0s'], `${verb}('0s') is not a whole number of milliseconds of at least 1`],
        [verb, ['0.5ms'], `${verb}('0.5ms') is not a whole number`],
        [verb, ['-1s'], `${verb}('-1s'): "-1s" is not a duration`],
        [verb, [60], `${verb}('60') is 60, not a duration with its unit`],
        [verb, [huge], 'at most 100000000 days'],
      ] as const,
  ),
  ['tumbling', ['1m', { offset: '1m' }], "the offset '1m' of tumbling('1m')"],
  ['tumbling', ['1m', { zone: 'Mars' }], "names the time zone 'Mars'"],
  ['sliding', ['1s', '0s'], 'not a whole number of milliseconds'],
  ['countWindow', [0], 'takes whole numbers of at least 1'],
  ['countWindow', [1.5], 'takes whole numbers of at least 1'],
  ['countWindow', [Number.NaN], 'takes whole numbers of at least 1'],
  ['countWindow', [2, 0], 'takes whole numbers of at least 1'],
  ['window', [], 'window(…) takes windows, such as tumbling(…)'],
  ['window', [operators.tumbling('1s'), { late: 1 }], 'window(…): late is 1, not a function'],
  ['window', [operators.tumbling('1s'), { allowedLateness: '-1s' }], 'the allowedLateness of window(…)'],
  ['window', [operators.globalWindow(), { allowedLateness: '1s' }], 'takes no allowedLateness'],
  ['every', ['0s'], 'not a whole number of milliseconds'],
  ['onCount', [0], 'takes a whole number of at least 1'],
  ['aggregate', ['x'], '"aggregates" of the aggregate "x" is undefined, not an aggregate such as count()'],
  ['aggregate', ['x', { n: 1 }], '"n" of the aggregate "x" is 1, not an aggregate'],
  [
    'aggregate',
    ['x', { n: operators.count }],
    '"n" of the aggregate "x" is a function, not an aggregate such as count()',
  ],
  ['aggregate', ['x', { key: operators.count() }], 'is called "key", which every result has already'],
  [
    'aggregate',
    ['x', { ['__proto__']: operators.count() }],
    'is called "__proto__", which no property can be',
  ],
  ['runningAggregate', ['x', { ['__proto__']: operators.count() }], 'is called "__proto__"'],
  ['combined', [{ ['__proto__']: operators.count() }], 'is called "__proto__"'],
  ...(
    [
      'sum',
      'sumBigint',
      'average',
      'max',
      'min',
      'first',
      'collect',
      'countDistinct',
      'distinct',
      'variance',
    ] as const
  ).flatMap(
    (verb) =>
      [
        [verb, [], `${verb}(…): the function is undefined, not a function`],
        [verb, [async () => 1], `${verb}(…): the function is async`],
      ] as const,
  ),
  ['sumDecimal', [], 'sumDecimal(…): the function is undefined'],
  ['argMax', [], 'argMax(…): the function is undefined'],
  ['topK', [3], 'topK 3(…): the function is undefined'],
  ['topK', [0, at], 'topK takes a whole number of at least 1, not 0'],
  ['quantiles', [undefined, [0.5]], 'quantiles(…): the function is undefined'],
  ['quantiles', [at, [2]], 'quantiles takes shares from 0 to 1'],
  ['filtered', [operators.count()], 'filtered(…): the predicate is undefined'],
  ['mapped', [operators.count()], 'mapped(…): the function is undefined'],
  ['reduce', ['x'], 'reduce(…): the function is undefined'],
  ['reduce', ['x', async () => 1], 'reduce(…): the function is async'],
  ['topN', ['x', 0, { by: at }], 'topN of "x" got 0'],
  ['topN', ['x', 1.5, { by: at }], 'topN of "x" got 1.5'],
  ['topN', ['x', Number.NaN, { by: at }], 'topN of "x" got NaN'],
  ['topN', ['x', Number.POSITIVE_INFINITY, { by: at }], 'topN of "x" got Infinity'],
  ['topN', ['x', 1], 'topN(…): by of "x" is undefined, not a function'],
  ['topN', ['x', 1, { by: [at, 1] }], 'topN(…): by of "x" is 1, not a function'],
  ['sinkTo', ['x'], 'sinkTo(…) of "x" got no sink'],
  ['sinkTo', ['x', {}], 'sinkTo(…) of "x" got no sink'],
]

describe('what a verb cannot mean is refused when the job is described', () => {
  it.each(refused)('%s(…) of %j: %s', (verb, args, said) => {
    expect(() => verbs[verb]!(...args)).toThrow(
      expect.objectContaining({ code: 'JOB_INVALID', happened: expect.stringContaining(said) }),
    )
  })
})

describe('what a step cannot stand on is refused when the job is described', () => {
  const steps = (...given: unknown[]) =>
    job('wrong', ({ from }) => {
      const numbers = from('numbers', listSource({})) as unknown as { pipe: (...all: unknown[]) => never }
      return numbers.pipe(...given, operators.sinkTo('out', collectSink()))
    })
  const { aggregate, keyBy, process, reduce, topN, tumbling, window } = operators

  it.each([
    ['process', [process('x', { onRecord: () => [] })], 'process(…) of "x" stands on a stream without a key'],
    ['topN', [topN('x', 1, { by: () => 0 })], 'topN(…) of "x" stands on a stream without a key'],
    [
      'a window',
      [window(tumbling('1s')), aggregate('x', {})],
      'aggregate(…) of "x" stands on a stream without a key',
    ],
    ['an aggregate', [keyBy(() => 1), aggregate('x', {})], 'aggregate(…) of "x" stands on no windows'],
    ['reduce', [keyBy(() => 1), reduce('x', (a) => a)], 'aggregate(…) of "x" stands on no windows'],
    ['a function', [keyBy(() => 1), verbs['process']!('x', {})], 'process(…): onRecord of "x" is undefined'],
    [
      'a timer',
      [keyBy(() => 1), verbs['process']!('x', { onRecord: () => [], onTimer: async () => [] })],
      'process(…): onTimer of "x" is async',
    ],
  ])('%s', (_what, given, said) => {
    expect(() => steps(...given)).toThrow(
      expect.objectContaining({ code: 'JOB_INVALID', happened: expect.stringContaining(said) }),
    )
  })
})

describe('a job', () => {
  const described = (
    options: object,
    source: unknown = listSource({}),
    name = 'numbers',
    from1: object = {},
  ) =>
    job(
      'wrong',
      ({ from }) =>
        from(name, source as ReturnType<typeof listSource>, from1).pipe(
          operators.sinkTo('out', collectSink()),
        ),
      options,
    )

  it.each([
    ['onError', () => described({ onError: 'ignore' }), "onError is ignore: it is 'fail', 'skip' or steps"],
    ['every 0', () => described({ checkpoint: { every: '0s' } }), 'checkpoint.every must be more than 0'],
    ['every x', () => described({ checkpoint: { every: 'x' } }), 'checkpoint.every: "x" is not a duration'],
    [
      'restart',
      () => described({ restart: 5 }),
      'restart is 5: it is what exponentialDelay(), fixedDelay(),',
    ],
    ['restart', () => described({ restart: fixedDelay }), 'restart is a function: it is what'],
    [
      'delay',
      () => fixedDelay({ delay: 5 as never }),
      'restart: delay is number, not a duration with its unit',
    ],
    ['delay', () => fixedDelay({ delay: '-1s' }), "restart: delay is '-1s', not a duration with its unit"],
    ['delay', () => failureRate({ delay: 'soon' as '1s' }), "restart: delay is 'soon', not a duration"],
    ['interval', () => failureRate({ failureRateInterval: '1y' as '1d' }), "failureRateInterval is '1y'"],
    ['count', () => failureRate({ maxFailuresPerInterval: -1 }), 'maxFailuresPerInterval is -1, not a whole'],
    ['attempts', () => fixedDelay({ attempts: 1.5 }), 'restart: attempts is 1.5, not a whole number'],
    [
      'jitter',
      () => exponentialDelay({ jitterFactor: Number.NaN }),
      'jitterFactor is NaN, not a number from 0',
    ],
    ['longest', () => exponentialDelay({ maxBackoff: '999999999d' }), "maxBackoff is '999999999d', not a"],
    [
      'longest',
      () => exponentialDelay({ maxBackoff: '1ms' }),
      "maxBackoff is '1ms', less than initialBackoff",
    ],
    ['no source', () => described({}, {}), 'from(…) of "numbers" got no source'],
    ['no name', () => described({}, listSource({}), ''), 'the name "" is not made of 1 to 64'],
    [
      'undecodable',
      () => described({}, listSource({}), 'n', { undecodable: 1 }),
      'from(…): undecodable is 1',
    ],
  ])('with a wrong %s is refused', (_what, describing, said) => {
    expect(describing).toThrow(
      expect.objectContaining({ code: 'JOB_INVALID', happened: expect.stringContaining(said) }),
    )
  })
})
