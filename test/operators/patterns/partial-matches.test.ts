import fc from 'fast-check'
import { expect, it } from 'vitest'
import { automatonOf } from '../../../operators/patterns/automaton.ts'
import { Matcher } from '../../../operators/patterns/matcher.ts'
import { emptyState, type PatternState, release } from '../../../operators/patterns/partial-matches.ts'
import { inputs, patterns } from './random-patterns.ts'

/** The takings and records that partial and complete matches are made of. */
function reachable({ partial, complete, takings }: PatternState) {
  const numbers = new Set<number>()
  for (const { last } of [...partial, ...complete]) {
    for (let number = last; number !== 0; number = takings.get(number)!.before) numbers.add(number)
  }
  const records = new Set([...numbers].map((number) => takings.get(number)!.record))
  return { takings: [...numbers].sort(byNumber), records: [...records].sort(byNumber) }
}

function kept({ takings, records }: PatternState) {
  return { takings: [...takings.keys()].sort(byNumber), records: [...records.keys()].sort(byNumber) }
}

function byNumber(a: number, b: number): number {
  return a - b
}

it('what no match is made of any more is not kept', () =>
  fc.assert(
    fc.property(patterns, inputs, ({ data }, words) => {
      const matcher = new Matcher(automatonOf(data))
      const state = emptyState()
      for (const word of words) {
        matcher.expire(state, word.time, () => undefined)
        matcher.advance(state, word, word.time)
        expect(kept(state)).toEqual(reachable(state))
        for (const { last } of state.complete.splice(0)) release(state, last)
        expect(kept(state)).toEqual(reachable(state))
      }
      for (const { last } of state.partial.splice(0)) release(state, last)
      expect(kept(state)).toEqual({ takings: [], records: [] })
    }),
    { numRuns: 500 },
  ))
