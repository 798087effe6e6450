import { type OpenPattern, type Pattern, pattern } from 'millrace/operators'
import { describe, expect, it } from 'vitest'
import { automatonOf } from '../../../operators/patterns/automaton.ts'
import { checkPattern } from '../../../operators/patterns/check-pattern.ts'
import { found, is, type Word } from './found.ts'

const letters = () => pattern<Word>()
const [a, b, c, d, e] = [is('a'), is('b'), is('c'), is('d'), is('e')]
const ab = letters().begin('a', a).followedBy('b', b)

const sorted = (pattern: Pattern<Word, unknown>, input: string) => found(pattern, input).matches.toSorted()

describe('a group, as the tests of Flink have it', () => {
  const input = 'c a1 b1 a2 b2 d'
  const start = letters().begin('c', c)

  it('comes so many times', () => {
    expect(sorted(start.followedBy(ab).times(2).followedBy('d', d), input)).toEqual(['c a1 a2 b1 b2 d'])
    expect(sorted(letters().begin(ab).times(1, 2).followedBy('d', d), 'a1 b1 a2 b2 d')).toEqual([
      'a1 a2 b1 b2 d',
      'a1 b1 d',
      'a2 b2 d',
    ])
  })

  it('comes once or more', () => {
    const loop = start.followedBy(ab).oneOrMore().followedBy('d', d)
    expect(sorted(loop, input)).toEqual(['c a1 a2 b1 b2 d', 'c a1 b1 d'])
    const any = start.followedByAny(ab).oneOrMore().followedBy('d', d)
    expect(sorted(any, 'c a1 b1 a2 b2 a3 b3 d')).toEqual(
      [
        ...['c a1 b1 d', 'c a2 b2 d', 'c a3 b3 d', 'c a1 a2 b1 b2 d', 'c a2 a3 b2 b3 d'],
        'c a1 a2 a3 b1 b2 b3 d',
      ].toSorted(),
    )
  })

  it('comes or not', () => {
    expect(sorted(start.followedBy(ab).optional().followedBy('d', d), 'c a1 a2 b d')).toEqual([
      'c a1 b d',
      'c d',
    ])
    expect(sorted(start.followedBy(ab).times(2).optional().followedBy('d', d), 'c a d')).toEqual(['c d'])
    const loop = start.next(ab).oneOrMore().optional().consecutive().followedBy('d', d)
    expect(sorted(loop, 'c a1 b1 a2 b2 a3 b3 d')).toEqual(
      ['c d', 'c a1 b1 d', 'c a1 a2 b1 b2 d', 'c a1 a2 a3 b1 b2 b3 d'].toSorted(),
    )
    const next = letters().begin('b', b).next('c', c)
    expect(sorted(letters().begin('a', a).followedBy(next).optional().next('d', d), 'a d1 d2')).toEqual([
      'a d1',
    ])
  })

  it('comes until a record ends it', () => {
    const loop = start.followedBy(ab).oneOrMore().until(d).followedBy('d', d)
    expect(sorted(loop, input)).toEqual(['c a1 a2 b1 b2 d', 'c a1 b1 d'])
    expect(sorted(start.followedBy(ab).oneOrMore().until(d).followedBy('e', e), 'c a1 b1 a2 d b2 e')).toEqual(
      ['c a1 b1 e'],
    )
  })

  it('may begin with what is optional', () => {
    const bc = letters().begin('b', b).optional().next('c', c)
    expect(sorted(letters().begin('a', a).next(bc).next('d', d), 'a c d')).toEqual(['a c d'])
  })

  it('may be followed by what must not be', () => {
    const any = start.followedByAny(ab)
    expect(sorted(any.notFollowedBy(d).followedBy('e', e), 'c a1 b1 d a2 b2 e')).toEqual(['c a2 b2 e'])
    expect(sorted(any.notNext(d).followedBy('e', e), 'c a1 b1 d a2 b2 e')).toEqual(['c a2 b2 e'])
  })

  it('may hold groups', () => {
    const bc = letters().begin('b', b).followedBy('c', c)
    const outer = letters().begin('a', a).followedBy(bc)
    const loop = letters().begin('d', d).followedBy(outer.oneOrMore().optional()).optional()
    expect(sorted(loop.followedBy('e', e), 'd a1 b1 c1 b2 c2 e')).toEqual(
      ['d e', 'd a1 e', 'd a1 b1 c1 e', 'd a1 b1 b2 c1 c2 e'].toSorted(),
    )
    const times = letters().begin('d', d).followedByAny(outer.times(3)).times(1, 2).optional()
    const rounds = 'd a1 b1 c1 b2 c2 b3 c3 a2 b4 c4 b5 c5 b6 c6 e'
    expect(sorted(times.followedBy('e', e), rounds)).toEqual(
      [
        'd e',
        'd a1 b1 b2 b3 c1 c2 c3 e',
        'd a2 b4 b5 b6 c4 c5 c6 e',
        'd a1 a2 b1 b2 b3 b4 b5 b6 c1 c2 c3 c4 c5 c6 e',
      ].toSorted(),
    )
    const strict = letters().begin('d', d).followedByAny(outer.times(3).consecutive()).times(1, 2)
    const broken = 'd a1 b1 c1 b2 c2 b3 c3 a2 b4 c4 x b5 c5 b6 c6 e'
    expect(sorted(strict.consecutive().optional().followedBy('e', e), broken)).toEqual(
      ['d e', 'd a1 b1 b2 b3 c1 c2 c3 e'].toSorted(),
    )
  })
})

describe('conditions in a group', () => {
  it('see single records of their round, and lists of other groups', () => {
    const seen: unknown[] = []
    const round = letters()
      .begin('a', a)
      .next('x', is('x'))
      .optional()
      .followedBy('b', (word, { a, x, b }) => {
        if (is('b')(word)) seen.push([a.word, x?.word, b.map(({ word }) => word)])
        return is('b')(word)
      })
    const rounds = letters()
      .begin(round)
      .times(2)
      .next('c', (_word, { a, x, b }) => {
        seen.push([a, x, b].map((list) => list.map(({ word }) => word)))
        return true
      })
    expect(sorted(rounds, 'a1 x1 b1 a2 b2 c')).toEqual(['a1 a2 b1 b2 c', 'a1 a2 x1 b1 b2 c'])
    expect(seen).toContainEqual(['a1', 'x1', []])
    expect(seen).toContainEqual(['a2', undefined, ['b1']])
    expect(seen).toContainEqual([['a1', 'a2'], ['x1'], ['b1', 'b2']])
  })
})

describe('the time from the record before', () => {
  const within = letters().begin('a', a).followedBy('b', b).withinPrevious('3ms').followedBy('c', c)

  it('bounds a step', () => {
    expect(sorted(within, 'a x b x x x x c')).toEqual(['a b c'])
    expect(sorted(within, 'a x x b c')).toEqual([])
  })

  it('bounds each record of a loop', () => {
    const loop = letters()
      .begin('a', a)
      .followedBy('b', b)
      .oneOrMore()
      .withinPrevious('3ms')
      .followedBy('c', c)
    expect(sorted(loop, 'a x b1 x b2 x x b3 c')).toEqual(['a b1 b2 c', 'a b1 c'])
  })

  it('ends a greedy loop', () => {
    const loop = letters().begin('a', a).oneOrMore().greedy().withinPrevious('3ms')
    const { matches, times } = found(loop, 'a1 a2 x x x a3')
    expect(matches).toEqual(['a1 a2', 'a2', 'a3'])
    expect(times).toEqual([4, 4, 8])
  })

  it('says how long nothing must follow', () => {
    const silence = letters().begin('a', a).next('b', b).notFollowedBy(c).withinPrevious('3ms')
    const { matches, times } = found(silence, 'a1 b1 x c a2 b2 c a3 b3 x x x')
    expect([matches, times]).toEqual([['a3 b3'], [11]])
  })

  it('ends partial matches, which are then told', () => {
    expect(found(within, 'a1 x x b1 a2 b2 x').timedOut).toEqual(['a1'])
  })
})

describe('the places of a pattern', () => {
  it('have numbers that checkpoints know: steps in their order, rounds within', () => {
    const pattern = letters().begin('x', a).times(1, 2).followedBy(ab).times(2).next('c', c)
    expect(automatonOf(pattern.data).places.map(({ waits }) => waits.map(({ place }) => place))).toEqual([
      [1],
      [2, 3],
      [3],
      [4],
      [5],
      [6],
      [7],
      [],
    ])
  })
})

describe('a group that means nothing', () => {
  const wrong: Readonly<Record<string, Pattern<Word, unknown>>> = {
    'nothing must be there': letters().begin(letters().begin('a', a).optional()).next('b', b),
    'optional and greedy': letters().begin(
      letters().begin('a', a).oneOrMore().greedy().optional().next('b', b),
    ),
    'optional after the greedy "b"': letters()
      .begin(letters().begin('a', a).optional().next('b', b).oneOrMore().greedy())
      .times(2)
      .next('c', c),
    'two steps named "a"': letters().begin('a', a).followedBy(ab),
    'a `within` of its own': letters().begin(ab.within('1s') as typeof ab),
    'a group from 2 to 1 times': letters().begin(ab).times(2, 1),
    'ends in what must not follow: say': letters().begin(ab.notFollowedBy(c)).next('c', c),
    'only optional steps after': letters().begin(ab.notFollowedBy(c).next('c', c).optional()),
    'may come again or not at all': letters().begin(ab).oneOrMore().notFollowedBy(c).next('c', c),
    'optional a group after the greedy "a"': letters()
      .begin('a', a)
      .oneOrMore()
      .greedy()
      .next(letters().begin('b', b))
      .optional()
      .next('c', c),
    'nothing is before that': letters().begin('a', a).withinPrevious('1s').next('b', b),
    '`withinPrevious` of no time': letters().begin('a', a).next('b', b).withinPrevious('0s'),
    'only a notFollowedBy at the end can': (
      letters().begin('a', a).notFollowedBy(b).withinPrevious('1s') as OpenPattern<Word, { a: Word }>
    ).next('c', c),
  }
  for (const [message, pattern] of Object.entries(wrong)) {
    it(`is refused: ${message}`, () => expect(() => checkPattern('p', pattern.data)).toThrow(message))
  }
})
