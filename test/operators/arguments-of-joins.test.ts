import { job } from 'millrace'
import * as operators from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { type Refused, refuses } from './refused-arguments.ts'

const at = (value: number) => value
const later = async () => 1
const huge = `${'9'.repeat(300)}d`

/** What a verb is given in the place of a stream; it is looked at where the step stands. */
const other = {}
const table = operators.broadcast(at)(other as never)
const minute = operators.tumbling('1m')

/** The four that take (name, other, options, function) say of them what is alike. */
const pairing = (verb: string, options: object): readonly Refused[] => [
  [verb, ['x', other], `the options of ${verb}(…) "x" are undefined, not an object`],
  [verb, ['x', other, null, at], `the options of ${verb}(…) "x" are null`],
  [verb, ['x', other, [], at], `the options of ${verb}(…) "x" are an array`],
  [verb, ['x', other, options], `of "x" is undefined, not a function`],
  [verb, ['x', other, options, {}], `of "x" is an object, not a function`],
  [verb, ['x', other, options, later], `of "x" is async, and nothing would wait for its answer`],
]

const kinds = (verb: string, options: object, allowed: string): readonly Refused[] =>
  ['outer', 5, null, ''].map((kind) => [
    verb,
    ['x', verb === 'lookupJoin' ? table : other, { ...options, kind }, at],
    `${verb}(…): kind of "x" is ${kind}: it is ${allowed}`,
  ])

const all = "'inner', 'left', 'right' or 'full'"
const span = { from: '-1m', to: '1m' }

refuses([
  ...pairing('join', { keep: '1m' }),
  ...kinds('join', { keep: '1m' }, all),
  ['join', ['x', other, { keep: 5 }, at], 'join(…): keep of "x": 5 is not an offset'],
  ['join', ['x', other, { keep: 'soon' }, at], 'join(…): keep of "x": "soon" is not an offset'],
  ['join', ['x', other, { keep: null }, at], 'join(…): keep of "x": null is not an offset'],
  ['join', ['x', other, { keep: '1m', late: 1 }, at], 'join(…): late is 1, not a function'],
  ...pairing('intervalJoin', span),
  ...kinds('intervalJoin', span, all),
  ['intervalJoin', ['x', other, {}, at], 'intervalJoin(…): from of "x": undefined is not an offset'],
  [
    'intervalJoin',
    ['x', other, { from: '1m' }, at],
    'intervalJoin(…): to of "x": undefined is not an offset',
  ],
  ['intervalJoin', ['x', other, { ...span, to: 5 }, at], 'intervalJoin(…): to of "x": 5 is not an offset'],
  ['intervalJoin', ['x', other, { ...span, to: later }, at], 'intervalJoin(…): to of "x" is async'],
  ['intervalJoin', ['x', other, { ...span, where: 1 }, at], 'intervalJoin(…): where of "x" is 1'],
  ['intervalJoin', ['x', other, { ...span, late: {} }, at], 'intervalJoin(…): late is an object'],
  ...pairing('windowJoin', { window: minute }),
  ...kinds('windowJoin', { window: minute }, all),
  ...pairing('coGroup', { window: minute }),
  ...pairing('temporalJoin', {}),
  ...kinds('temporalJoin', {}, "'inner' or 'left'"),
  ['temporalJoin', ['x', other, { version: 1 }, at], 'temporalJoin(…): version of "x" is 1, not a function'],
  ['temporalJoin', ['x', other, { idle: 5 }, at], 'temporalJoin(…): idle of "x" is 5, not a duration'],
  ['temporalJoin', ['x', other, { late: 1 }, at], 'temporalJoin(…): late is 1, not a function'],
  ...pairing('joinChanges', {}),
  ...kinds('joinChanges', {}, all),
  ['joinChanges', ['x', other, { idle: huge }, at], 'joinChanges(…): idle of "x" is '],
  ['broadcast', [], 'broadcast(…): the function of the key is undefined'],
  ['broadcast', [later], 'broadcast(…): the function of the key is async'],
  ['broadcast', [at, 1], 'broadcast(…): the function of the value is 1'],
  ...(['lookupJoin', 'connectBroadcast', 'processBroadcast'] as const).flatMap(
    (verb) =>
      [
        [verb, ['x'], `${verb}(…): the table of "x" is undefined, not a stream that broadcast(…) gives`],
        [verb, ['x', other, {}, at], `${verb}(…): the table of "x" is an object`],
        [verb, ['x', table], `the options of ${verb}(…) "x" are undefined`],
        [
          verb,
          ['x', table, { by: at, onRecord: at, waitFor: 'all' }, at],
          `${verb}(…): waitFor of "x" is all: it is 'watermark' or 'nothing'`,
        ],
        [verb, ['x', table, { by: at, onRecord: at, late: 1 }, at], `${verb}(…): late is 1, not a function`],
      ] as const,
  ),
  ...kinds('lookupJoin', { by: at }, "'inner' or 'left'"),
  ['lookupJoin', ['x', table, {}, at], 'lookupJoin(…): by of "x" is undefined, not a function'],
  ['lookupJoin', ['x', table, { by: at }], 'lookupJoin(…): combine of "x" is undefined, not a function'],
  ['connectBroadcast', ['x', table, {}], 'connectBroadcast(…): the function of "x" is undefined'],
  ['processBroadcast', ['x', table, {}], 'processBroadcast(…): onRecord of "x" is undefined'],
  ['connect', ['x', other], 'the options of connect(…) "x" are undefined, not an object'],
  ['process', ['x'], 'the options of process(…) "x" are undefined, not an object'],
  ['union', [], 'union() needs at least one other stream'],
  ['union', [undefined], 'union(…): one of them is undefined, not a stream'],
  ['union', [{}], 'union(…): one of them is an object, not a stream'],
  ['union', [[]], 'union(…): one of them is an array, not a stream'],
])

describe('what a step cannot stand on, or be given, is refused when the job is described', () => {
  type AnyStream = { pipe(...steps: unknown[]): never }
  const verbs = operators as unknown as Record<string, (...args: unknown[]) => unknown>
  const steps = (given: (numbers: AnyStream) => readonly unknown[]) =>
    job('wrong', ({ from }) => {
      const numbers = from('numbers', listSource({})) as unknown as AnyStream
      return numbers.pipe(...given(numbers), operators.sinkTo('out', collectSink()))
    })
  const keyed = operators.keyBy(() => 1)
  const { valueState, window } = operators
  const process = (options: object) => [keyed, verbs['process']!('x', { onRecord: () => [], ...options })]

  it.each<readonly [string, (numbers: AnyStream) => readonly unknown[], string]>([
    ...(
      [
        ['join', {}],
        ['intervalJoin', span],
        ['windowJoin', { window: minute }],
        ['coGroup', { window: minute }],
        ['temporalJoin', {}],
        ['joinChanges', {}],
        ['connect', { onLeft: at, onRight: at }],
      ] as const
    ).flatMap(
      ([verb, options]) =>
        [
          [
            `${verb} with nothing`,
            () => [keyed, verbs[verb]!('x', undefined, options, at)],
            `${verb}(…): the other stream of "x" is undefined, not one that keyBy(…) gives`,
          ],
          [
            `${verb} with a stream without a key`,
            (numbers: AnyStream) => [keyed, verbs[verb]!('x', numbers, options, at)],
            `${verb}(…): the other stream of "x" is one without a key, not one that keyBy(…) gives`,
          ],
          [
            `${verb} on a stream without a key`,
            (numbers: AnyStream) => [verbs[verb]!('x', numbers.pipe(keyed), options, at)],
            `${verb}(…) of "x" stands on a stream without a key: put keyBy(…) before it`,
          ],
        ] as const,
    ),
    ...([undefined, 'tumbling', { kind: 'aligned' }] as const).map(
      (wrong) =>
        [
          `windowJoin in ${wrong}`,
          (numbers: AnyStream) => [
            keyed,
            verbs['windowJoin']!('x', numbers.pipe(keyed), { window: wrong }, at),
          ],
          'windowJoin takes windows of event time, tumbling(…), sliding(…) or session(…), not ',
        ] as const,
    ),
    [
      'coGroup in windows of counts',
      (numbers) => [
        keyed,
        verbs['coGroup']!('x', numbers.pipe(keyed), { window: operators.countWindow(2) }, at),
      ],
      'coGroup takes windows of event time, tumbling(…), sliding(…) or session(…), not ',
    ],
    [
      'coGroup in windows of a function',
      (numbers) => [
        keyed,
        verbs['coGroup']!('x', numbers.pipe(keyed), { window: operators.assignedWindows('w', () => []) }, at),
      ],
      'coGroup takes windows of event time, tumbling(…), sliding(…) or session(…), not w, as assigned',
    ],
    [
      'processBroadcast without a key',
      () => [verbs['processBroadcast']!('x', table, { onRecord: at })],
      'processBroadcast(…) of "x" stands on a stream without a key',
    ],
    [
      'connect without onRight',
      (numbers) => [keyed, verbs['connect']!('x', numbers.pipe(keyed), { onLeft: at })],
      'connect(…): onRight of "x" is undefined, not a function',
    ],
    ['map on windows', () => [keyed, window(minute), operators.map(at)], 'map(…): what stands before it is'],
    ['sinkTo on windows', () => [keyed, window(minute)], 'sinkTo(…) of "out": what stands before it is'],
    ['a state that is none', () => process({ state: { n: 1 } }), 'the state "n" of "x" is 1, not a state'],
    [
      'a state that was not called',
      () => process({ state: { n: valueState } }),
      'process(…): the state "n" of "x" is a function, not a state such as valueState() gives',
    ],
    ...(
      [
        [{ after: '0s' }, "its ttl is '0s': it must be at least 1 ms"],
        [{ after: 5 }, 'its ttl is 5, not a duration with its unit'],
        [{}, 'its ttl is undefined, not a duration'],
        ['1m', 'its ttl are 1m, not an object'],
        [{ after: '1m', clock: 'wall' }, "clock of its ttl is wall: it is 'event' or 'processing'"],
        [{ after: '1m', refresh: 'never' }, "refresh of its ttl is never: it is 'on-write' or"],
      ] as const
    ).map(
      ([ttl, said]) =>
        [
          `a ttl of ${JSON.stringify(ttl)}`,
          () => process({ state: { n: valueState(0, { ttl: ttl as never }) } }),
          `process(…): the state "n" of "x": ${said}`,
        ] as const,
    ),
  ])('%s', (_what, given, said) => {
    expect(() => steps(given)).toThrow(
      expect.objectContaining({ code: 'JOB_INVALID', happened: expect.stringContaining(said) }),
    )
  })
})
