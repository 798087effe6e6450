import { job, type Step, type Stream } from 'millrace'
import * as operators from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { refuses } from './refused-arguments.ts'

const at = (value: number) => value
const later = async () => 1
const huge = `${'9'.repeat(300)}d`
const count = operators.count()
const fits = () => true
const letters = () => operators.pattern<number>()
const one = letters().begin('a', fits)

refuses([
  ['deduplicate', ['x'], 'the options of deduplicate(…) "x" are undefined'],
  ['deduplicate', ['x', {}], `deduplicate(…): keep of "x" is undefined: it is 'first' or 'last'`],
  ['deduplicate', ['x', { keep: 'all' }], `deduplicate(…): keep of "x" is all: it is 'first' or 'last'`],
  ['deduplicate', ['x', { keep: 'last' }], 'deduplicate(…): within of "x" is missing'],
  [
    'deduplicate',
    ['x', { keep: 'first', within: '0s' }],
    'deduplicate(…): within of "x" must be more than 0',
  ],
  ['deduplicate', ['x', { keep: 'first', within: 5 }], 'deduplicate(…): within of "x" is 5, not a duration'],
  ['deduplicate', ['x', { keep: 'first', within: huge }], 'at most 100000000 days'],
  ['deduplicate', ['x', { keep: 'first', ties: 1 }], 'deduplicate(…): ties of "x" is 1, not a function'],
  ['deduplicate', ['x', { keep: 'first', emit: 'all' }], `emit of "x" is all: it is 'final' or 'changes'`],
  [
    'deduplicate',
    ['x', { keep: 'first', emit: 'changes', idle: 'x' }],
    'deduplicate(…): idle of "x": "x" is',
  ],
  ['runningAggregate', ['x'], '"aggregates" of the running aggregate "x" is undefined'],
  ['runningAggregate', ['x', { n: 1 }], '"n" of the running aggregate "x" is 1, not an aggregate'],
  ['runningAggregate', ['x', { n: operators.count }], '"n" of the running aggregate "x" is a function'],
  ['runningAggregate', ['x', { key: count }], 'is called "key", which every row has already'],
  ['runningAggregate', ['x', { n: count }, null], 'the options of runningAggregate(…) "x" are null'],
  [
    'runningAggregate',
    ['x', { n: count }, { emit: 'always' }],
    `emit of "x" is always: it is 'per-batch' or 'every-record'`,
  ],
  ['runningAggregate', ['x', { n: count }, { emit: {} }], 'emit of "x": every is undefined, not a duration'],
  ['runningAggregate', ['x', { n: count }, { emit: { every: '0s' } }], 'it must be at least 1 ms'],
  ['runningAggregate', ['x', { n: count }, { idle: 5 }], 'runningAggregate(…): idle of "x" is 5'],
  ['toTable', ['x', { deletedIf: 1 }], 'toTable(…): deletedIf of "x" is 1, not a function'],
  ['toTable', ['x', { deletedIf: later }], 'toTable(…): deletedIf of "x" is async'],
  ['toTable', ['x', { tie: 1 }], 'toTable(…): tie of "x" is 1, not a function'],
  ['toTable', ['x', { emit: 5 }], 'toTable(…): emit of "x" is 5'],
  ['toChanges', [], 'toChanges(…): the function is undefined'],
  ['groupBy', [], 'groupBy(…): the function is undefined'],
  ['groupBy', [later], 'groupBy(…): the function is async'],
  ['topN', ['x', 1, { by: at, id: 'id' }], 'topN(…): id of "x" is id, not a function'],
  ['topN', ['x', 1, { by: at, idle: 5 }], 'topN(…): idle of "x" is 5, not a duration'],
  ['suppress', ['x', { allowedLateness: '-1s' }], 'suppress(…): allowedLateness of "x": "-1s" is not'],
  ['suppress', ['x', { allowedLateness: 5 }], 'suppress(…): allowedLateness of "x" is 5, not a duration'],
  ['suppress', ['x', { late: 1 }], 'suppress(…): late is 1, not a function'],
  ['suppressChanges', ['x'], 'the options of suppressChanges(…) "x" are undefined'],
  ['suppressChanges', ['x', {}], 'suppressChanges(…): after of "x" is undefined, not a duration'],
  ['suppressChanges', ['x', { after: '0s' }], 'suppressChanges(…): "after" of "x" must be more than 0'],
  ['suppressChanges', ['x', { until: 5 }], 'suppressChanges(…): until of "x" is 5, not a function'],
  ['suppressChanges', ['x', { until: at, late: 1 }], 'suppressChanges(…): late is 1, not a function'],
  ['apply', ['x'], 'apply(…): the function of "x" is undefined, not a function'],
  ['apply', ['x', later], 'apply(…): the function of "x" is async'],
  ['apply', ['x', at, { orderBy: 1 }], 'apply(…): orderBy of "x" is 1, not a function'],
  ['apply', ['x', at, { evict: {} }], 'apply(…): evict of "x" has neither before nor after'],
  ['apply', ['x', at, { evict: { before: 1 } }], 'apply(…): before of the evictor of "x" is 1'],
  ['keepLast', [0], 'keepLast(0) takes a whole number of at least 1'],
  ['keepLast', [Number.NaN], 'keepLast(NaN) takes a whole number'],
  ['keepRecent', ['0s'], `keepRecent('0s') is not a whole number of milliseconds of at least 1`],
  ['keepRecent', [5], `keepRecent('5') is 5, not a duration`],
  ['keepNear', [Number.NaN, at], 'keepNear(…): the threshold is NaN, not a number'],
  ['keepNear', ['1', at], 'keepNear(…): the threshold is 1, not a number'],
  ['keepNear', [1], 'keepNear(…): the function is undefined'],
  ['defineTrigger', [''], 'defineTrigger(…) needs a name'],
  ['defineTrigger', ['x'], 'the functions of defineTrigger(…) "x" are undefined, not an object'],
  ['defineTrigger', ['x', {}], 'defineTrigger(…): create of "x" is undefined, not a function'],
  ['defineTrigger', ['x', { create: at }], 'defineTrigger(…): onRecord of "x" is undefined'],
  ['defineTrigger', ['x', { create: at, onRecord: later }], 'defineTrigger(…): onRecord of "x" is async'],
  ['defineTrigger', ['x', { create: at, onRecord: at, onTimer: 1 }], 'defineTrigger(…): onTimer of "x" is 1'],
  ['purging', [], 'what purging(…) got is undefined, not a trigger such as onCount(…)'],
  ['only', [operators.onCount], 'what only(…) got is a function, not a trigger'],
  ['every', ['1s', { time: 'wall' }], `the time of every('1s') is wall: it is 'event' or 'processing'`],
  ['window', [operators.tumbling('1s'), { trigger: 5 }], 'window(…): trigger is 5, not a trigger'],
  ['tumbling', ['1s', { time: 'wall' }], `the time of tumbling('1s') is wall`],
  ['session', ['1s', { time: 'wall' }], 'session(…): time is wall'],
  ['session', [later], 'session(…): the gap is async'],
  ['session', [undefined], 'is undefined, not a duration with its unit'],
  ['assignedWindows', [''], 'assignedWindows(…) needs a name'],
  ['assignedWindows', ['x'], 'assignedWindows(…): the function is undefined'],
  ['assignedWindows', ['x', at, { time: 'wall' }], 'assignedWindows(…): time of "x" is wall'],
  ['combined', [], '"aggregates" of combined(…) is undefined'],
  ['combined', [{ n: 1 }], '"n" of combined(…) is 1, not an aggregate such as count()'],
  ['filtered', [1, fits], 'the aggregate of filtered(…) is 1, not an aggregate such as count()'],
  ['filtered', [count, later], 'filtered(…): the predicate is async'],
  ['mapped', [undefined, at], 'the aggregate of mapped(…) is undefined'],
  ['mapped', [operators.count, at], 'the aggregate of mapped(…) is a function'],
  ['first', [at, { tie: 1 }], 'first(…): tie is 1, not a function'],
  ['reducingState', [], 'reducingState(…): the function is undefined'],
  ['aggregatingState', [], 'what aggregatingState(…) got is undefined, not an aggregate'],
  [
    'matchPattern',
    ['x'],
    'matchPattern(…): the pattern of "x" is undefined: it takes a pattern that has begun',
  ],
  ['matchPattern', ['x', letters()], 'matchPattern(…): the pattern of "x" is an object: it takes a pattern'],
  ['matchPattern', ['x', one, null], 'the options of matchPattern(…) "x" are null'],
  ['matchPattern', ['x', one, { late: 1 }], 'matchPattern(…): late of "x" is 1, not a function'],
  ['matchPattern', ['x', one, { timedOut: {} }], 'matchPattern(…): timedOut of "x" is an object'],
  ['matchPattern', ['x', one, { orderBy: later }], 'matchPattern(…): orderBy of "x" is async'],
  ['matchPattern', ['x', one, { skip: 'all' }], `skip of "x" is all: it is 'no-skip', 'to-next'`],
  ['matchPattern', ['x', one, { skip: { toFirst: 'b' } }], 'has no step "b" to skip to'],
  ['matchPattern', ['x', one, { maxPartialMatches: 0 }], '"x" allows 0 partial matches, not a whole number'],
  ['matchPattern', ['x', one, { maxPartialMatches: 'x' }], '"x" allows x partial matches'],
  ['matchPattern', ['x', one.times(0)], 'wants "a" 0 times'],
  ['matchPattern', ['x', one.times(Number.NaN)], 'wants "a" NaN times'],
  ['matchPattern', ['x', one.times(1.5)], 'wants "a" 1.5 times'],
  ['matchPattern', ['x', one.times(2, 1)], 'wants "a" from 2 to 1 times'],
  ['matchPattern', ['x', one.within('0s')], 'has a `within` of no time'],
  ['matchPattern', ['x', letters().begin('', fits)], 'has a step without a name'],
  [
    'matchPattern',
    ['x', one.times(100_000)],
    'counts up to 100000, the times of groups by those of the steps',
  ],
  [
    'matchPattern',
    ['x', letters().begin(one.times(200)).times(51)],
    'counts up to 10200, the times of groups by those of the steps in them: more than 10000',
  ],
  [
    'matchPattern',
    ['x', letters().begin(one.timesOrMore(100_000)).timesOrMore(100_000)],
    'counts up to 1000',
  ],
])

describe('a pattern', () => {
  const wrong = one as unknown as Record<string, (...args: unknown[]) => never>
  const begin = letters().begin as unknown as (...args: unknown[]) => never

  it.each<readonly [string, () => unknown, string]>([
    [
      'a step that is no name',
      () => begin(5),
      'a step of pattern(…) is 5: it takes a pattern that has begun',
    ],
    ['a group that has not begun', () => begin(letters()), 'a step of pattern(…) is an object'],
    ['no function', () => begin('a', 1), 'a step of pattern(…): the condition of "a" is 1, not a function'],
    ['an async function', () => begin('a', later), 'the condition of "a" is async'],
    ['notNext', () => wrong['notNext']!(), 'notNext(…): the function is undefined, not a function'],
    ['notFollowedBy', () => wrong['notFollowedBy']!(later), 'notFollowedBy(…): the function is async'],
    ['until', () => one.oneOrMore().until(1 as never), 'until(…): the function is 1, not a function'],
    ['within', () => one.within(5 as never), 'the within of a pattern is 5, not a duration with its unit'],
    ['a huge within', () => one.within(huge as '1d'), 'at most 100000000 days'],
    [
      'withinPrevious',
      () => one.withinPrevious('soon' as '1s'),
      'the withinPrevious of a pattern: "soon" is',
    ],
  ])('with a wrong %s is refused', (_what, describing, said) => {
    expect(describing).toThrow(
      expect.objectContaining({ code: 'JOB_INVALID', happened: expect.stringContaining(said) }),
    )
  })

  it('of the most places that there may be is made ready in a moment', () => {
    expect(() => operators.matchPattern('x', letters().begin(one.times(100)).times(100))).not.toThrow()
  })
})

describe('what stands on no windows', () => {
  it('is refused by apply', () => {
    const apply = operators.apply as unknown as (...args: unknown[]) => Step<unknown, Stream<number>>
    const describing = () =>
      job('wrong', ({ from }) =>
        from('numbers', listSource<number>({})).pipe(
          operators.keyBy(at),
          apply('x', () => []),
          operators.sinkTo('out', collectSink()),
        ),
      )
    expect(describing).toThrow('apply(…) of "x" stands on no windows: put window(…) before it')
  })
})
