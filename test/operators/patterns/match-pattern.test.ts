import { job, MillraceError, run } from 'millrace'
import { eventTime, keyBy, map, matchPattern, pattern, sinkTo } from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { found, is, textOf, type Word, words } from './found.ts'

const letters = () => pattern<Word>()
const a = is('a')
const b = is('b')
const c = is('c')

describe('contiguity, as the documentation of Flink has it', () => {
  const input = 'a b1 d1 b2 d2 b3 c'
  const loop = letters().begin('a', a).followedByAny('b', b).oneOrMore()

  it('is strict in a consecutive loop', () => {
    expect(found(loop.consecutive().followedBy('c', c), input).matches).toEqual([
      'a b1 c',
      'a b2 c',
      'a b3 c',
    ])
    expect(found(loop.consecutive().next('c', c), input).matches).toEqual(['a b3 c'])
  })

  it('is relaxed in a loop by default', () => {
    expect(found(loop.followedBy('c', c), input).matches.toSorted()).toEqual(
      ['a b1 c', 'a b1 b2 c', 'a b1 b2 b3 c', 'a b2 c', 'a b2 b3 c', 'a b3 c'].toSorted(),
    )
  })

  it('may take all combinations', () => {
    expect(found(loop.allowCombinations().followedBy('c', c), input).matches.toSorted()).toEqual(
      ['a b1 c', 'a b1 b2 c', 'a b1 b3 c', 'a b1 b2 b3 c', 'a b2 c', 'a b2 b3 c', 'a b3 c'].toSorted(),
    )
  })

  it('between steps is strict, relaxed or any', () => {
    const start = letters().begin('a', a)
    const text = 'a c b1 b2'
    expect(found(start.next('b', b), text).matches).toEqual([])
    expect(found(start.followedBy('b', b), text).matches).toEqual(['a b1'])
    expect(found(start.followedByAny('b', b), text).matches).toEqual(['a b1', 'a b2'])
  })

  it('in a loop of the documentation: C D A1 A2 A3 D A4 B', () => {
    const start = letters().begin('c', c).followedBy('a', a).oneOrMore()
    const text = 'c d a1 a2 a3 d a4 b'
    const short = ['c a1 b', 'c a1 a2 b', 'c a1 a2 a3 b']
    expect(found(start.consecutive().followedBy('b', b), text).matches.toSorted()).toEqual(short.toSorted())
    expect(found(start.followedBy('b', b), text).matches.toSorted()).toEqual(
      [...short, 'c a1 a2 a3 a4 b'].toSorted(),
    )
    const all = ['a1 a3', 'a1 a4', 'a1 a2 a4', 'a1 a3 a4', 'a1 a2 a3 a4'].map((taken) => `c ${taken} b`)
    expect(found(start.allowCombinations().followedBy('b', b), text).matches.toSorted()).toEqual(
      [...short, ...all].toSorted(),
    )
  })
})

describe('a loop', () => {
  it('stops for good at what until says', () => {
    const loop = letters().begin('a', a).oneOrMore().until(b)
    expect(found(loop, 'a1 c a2 b a3').matches.toSorted()).toEqual(['a1', 'a1 a2', 'a2', 'a3'])
  })

  it('takes so many records as it says', () => {
    const loop = letters().begin('a', a)
    const counts = (text: readonly string[]) => text.map((match) => match.split(' ').length)
    expect(counts(found(loop.times(2), 'a1 a2 a3').matches)).toEqual([2, 2])
    expect(counts(found(loop.times(2, 3), 'a1 a2 a3').matches)).toEqual([2, 3, 2])
    expect(counts(found(loop.timesOrMore(2), 'a1 a2 a3 a4').matches)).toEqual([2, 3, 2, 4, 3, 2])
  })

  it('is left early only if it is not greedy', () => {
    const loop = letters().begin('a', a).next('bs', is('bc')).oneOrMore().consecutive()
    const text = 'a b1 c1 c2 d'
    expect(found(loop.next('c', c), text).matches).toEqual(['a b1 c1', 'a b1 c1 c2'])
    expect(found(loop.greedy().next('c', c), text).matches).toEqual([])
    expect(found(loop.greedy().next('d', is('d')), text).matches).toEqual(['a b1 c1 c2 d'])
  })

  it('at the end is greedy until it cannot grow', () => {
    const loop = letters().begin('a', a).next('b', b).oneOrMore().greedy().consecutive()
    expect(found(loop.within('10ms'), 'a b1 b2 c a b3').matches).toEqual(['a b1 b2', 'a b3'])
    expect(found(loop.within('10ms'), 'a b1 b2 c a b3').times).toEqual([3, 14])
  })

  it('at the end is greedy also if it is optional', () => {
    const loop = letters().begin('a', a).next('b', b).oneOrMore().optional().greedy().consecutive()
    expect(found(loop.within('10ms'), 'a1 b1 b2 c a2 c a3').matches).toEqual(['a1 b1 b2', 'a2', 'a3'])
  })

  it('that is optional may take nothing', () => {
    const loop = letters().begin('a', a).next('b', b).oneOrMore().optional().next('c', c)
    expect(found(loop, 'a c a b1 b2 c').matches).toEqual(['a c', 'a b1 b2 c'])
  })
})

describe('a step that is optional', () => {
  it('is taken or left out', () => {
    const maybe = letters().begin('a', a).followedBy('b', b).optional().followedBy('c', c)
    expect(found(maybe, 'a b c').matches).toEqual(['a b c', 'a c'])
  })

  it('may end a pattern', () => {
    const maybe = letters().begin('a', a).next('b', b).optional()
    expect(found(maybe, 'a b').matches).toEqual(['a', 'a b'])
  })
})

describe('what must not be', () => {
  it('right after the record before', () => {
    const not = letters().begin('a', a).notNext(b).followedBy('c', c)
    expect(found(not, 'a b c').matches).toEqual([])
    expect(found(not, 'a d b c').matches).toEqual(['a c'])
  })

  it('anywhere up to the record that follows', () => {
    const not = letters().begin('a', a).notFollowedBy(b).followedBy('c', c)
    expect(found(not, 'a d b c').matches).toEqual([])
    expect(found(not, 'a d c b').matches).toEqual(['a c'])
  })

  it('is forgotten once an optional step has a record', () => {
    const not = letters()
      .begin('a', a)
      .notFollowedBy(b)
      .followedByAny('c', c)
      .optional()
      .followedByAny('d', is('d'))
    expect(found(not, 'a c b d').matches).toEqual(['a c d'])
    expect(found(not, 'a b d').matches).toEqual([])
  })

  it('at the end, until its time is over', () => {
    const not = letters().begin('a', a).notFollowedBy(b).within('3ms')
    expect(found(not, 'a1 c a2 c b')).toMatchObject({ matches: ['a1'], times: [3] })
    expect(found(not, 'a1 c b')).toMatchObject({ matches: [], timedOut: [] })
  })

  it('at the end, in the next record', () => {
    const not = letters().begin('a', a).notNext(b).within('3ms')
    expect(found(not, 'a1 c a2 b a3')).toMatchObject({ matches: ['a1'], timedOut: ['a3'] })
  })
})

describe('within', () => {
  const pair = letters().begin('a', a).followedBy('b', b).within('3ms')

  it('counts from the first record, and its end is too late', () => {
    expect(found(pair, 'a d b').matches).toEqual(['a b'])
    expect(found(pair, 'a d d b').matches).toEqual([])
  })

  it('tells the partial matches whose time is over', () => {
    const long = letters().begin('a', a).followedBy('b', b).followedBy('c', c).within('3ms')
    expect(found(long, 'a1 b1 d d a2')).toEqual({ matches: [], timedOut: ['a1 b1', 'a2'], times: [] })
  })
})

describe('after a match', () => {
  const bs = letters().begin('b', b).oneOrMore().consecutive().next('c', c)
  const text = 'b1 b2 b3 c'

  it.each([
    ['no-skip', ['b1 b2 b3 c', 'b2 b3 c', 'b3 c']],
    ['to-next', ['b1 b2 b3 c', 'b2 b3 c', 'b3 c']],
    ['past-last', ['b1 b2 b3 c']],
    [{ toFirst: 'b' }, ['b1 b2 b3 c', 'b2 b3 c', 'b3 c']],
    [{ toLast: 'b' }, ['b1 b2 b3 c', 'b3 c']],
  ] as const)('%j drops the matches that Flink says it drops', (skip, expected) => {
    expect(found(bs, text, { skip }).matches).toEqual(expected)
  })

  const long = letters()
    .begin('any', is('abc'))
    .next('bc', is('bc'))
    .next('c', c)
    .oneOrMore()
    .greedy()
    .consecutive()
    .next('d', is('d'))

  it.each([
    ['no-skip', ['a b c1 c2 c3 d', 'b c1 c2 c3 d', 'c1 c2 c3 d']],
    [{ toFirst: 'c' }, ['a b c1 c2 c3 d', 'c1 c2 c3 d']],
  ] as const)('%j goes on where Flink says it goes on', (skip, expected) => {
    expect(found(long, 'a b c1 c2 c3 d', { skip }).matches).toEqual(expected)
  })

  it('to-next keeps one match of those that begin alike', () => {
    const several = letters().begin('a', a).next('b', b).oneOrMore()
    expect(found(several, 'a b1 b2 b3', { skip: 'to-next' }).matches).toEqual(['a b1'])
  })

  it('a match waits for partial matches that begin before it', () => {
    const two = letters()
      .begin('ab', is('ab'))
      .followedBy('c', ({ word }, { ab }) => word === `c${ab.word[0]}`)
    expect(found(two, 'a b cb ca', { skip: 'past-last' }).matches).toEqual(['a ca'])
    expect(found(two, 'a b cb ca').matches).toEqual(['b cb', 'a ca'])
  })
})

describe('records of one time', () => {
  const at = (text: string) => words(text).map(({ word }) => ({ word, time: 5 }))
  const two = letters().begin('first').next('second')

  it('are taken in an order that does not depend on how they came', () => {
    expect(found(two, at('b a c')).matches).toEqual(found(two, at('c b a')).matches)
  })

  it('are taken in the order that is asked for', () => {
    const orderBy = ({ word }: Word) => -word.charCodeAt(0)
    expect(found(two, at('b a c'), { orderBy }).matches).toEqual(['c b', 'b a'])
    const orderByTwo = ({ word }: Word) => [word[0]!, -Number(word[1])]
    expect(found(two, at('b1 a1 a2'), { orderBy: orderByTwo }).matches).toEqual(['a2 a1', 'a1 b1'])
  })
})

describe('a pattern that means nothing', () => {
  const start = letters().begin('a', a)

  it.each([
    ['ends in notFollowedBy without within', () => found(start.notFollowedBy(b), '')],
    ['ends in notFollowedBy and notNext', () => found(start.notFollowedBy(b).notNext(c), '')],
    ['has only optional steps after a not', () => found(start.notNext(b).next('c', c).optional(), '')],
    [
      'says what must not follow an optional step',
      () => found(start.next('b').optional().notNext(c).next('c'), ''),
    ],
    ['is greedy before an optional step', () => found(start.oneOrMore().greedy().next('b').optional(), '')],
    ['ends in a greedy loop without within', () => found(start.oneOrMore().greedy(), '')],
    [
      'is greedy in all combinations',
      () => found(start.oneOrMore().greedy().allowCombinations().next('b'), ''),
    ],
    ['has a step that could be no property', () => found(start.next('__proto__', b), '')],
    ['takes nothing', () => found(start.times(0), '')],
    ['takes fewer than it wants', () => found(start.times(3, 2), '')],
    ['allows no partial matches', () => found(start, '', { maxPartialMatches: 0 })],
    ['has no time', () => found(start.within('0s'), '')],
  ])('is refused: it %s', (_title, describing) => {
    expect(describing).toThrow(MillraceError)
    expect(describing).toThrow(expect.objectContaining({ code: 'JOB_INVALID' }))
  })
})

describe('partial matches', () => {
  it('are as many as the job allows, or it ends', () => {
    const open = letters().begin('a', a).followedBy('b', b)
    expect(() => found(open, 'a1 a2 a3 a4', { maxPartialMatches: 3 })).toThrow(
      expect.objectContaining({ code: 'PATTERN_TOO_WIDE' }),
    )
    expect(found(open, 'a1 a2 a3 b', { maxPartialMatches: 3 }).matches).toEqual(['a1 b', 'a2 b', 'a3 b'])
  })
})

describe('in a job', () => {
  const failing = letters()
    .begin('a', a)
    .followedBy('b', ({ word }) => {
      if (word === 'bad') throw new Error('as the test wants')
      return word.startsWith('b')
    })
    .within('10ms')

  async function rowsOf(late: boolean, onError: 'fail' | 'skip', records: readonly Word[]) {
    const rows = collectSink<string>()
    const lateRows = collectSink<Word>()
    const source = listSource({ s: records.map((value) => ({ value, arrivalTime: 0 })) }, { perFetch: 1 })
    const described = job(
      'words',
      ({ from }) =>
        from('words', source).pipe(
          eventTime((word) => word.time, { outOfOrder: '0ms' }),
          keyBy(() => 'k'),
          matchPattern('p', failing, late ? { late: (words) => words.pipe(sinkTo('late', lateRows)) } : {}),
          map((row) => textOf(row)),
          sinkTo('rows', rows),
        ),
      { onError },
    )
    await run(described, { checkpoints: memoryStore() })
    return { rows: [...rows.rows], late: lateRows.rows.map(({ word }) => word) }
  }

  it('a record that a condition fails for ends it, or leaves no trace', async () => {
    const records = words('a1 bad a2 b')
    await expect(rowsOf(false, 'fail', records)).rejects.toMatchObject({ code: 'OPERATOR_FAILED' })
    expect(await rowsOf(false, 'skip', records)).toEqual({ rows: ['a1 b', 'a2 b'], late: [] })
  })

  it('a late record ends it, or goes to its output', async () => {
    const records = [...words('a d d b'), { word: 'b0', time: 1 }]
    await expect(rowsOf(false, 'fail', records)).rejects.toMatchObject({ code: 'RECORD_LATE' })
    expect(await rowsOf(true, 'fail', records)).toEqual({ rows: ['a b'], late: ['b0'] })
  })
})
