import fc from 'fast-check'
import { keyBy, map, matchPattern, type Skip } from 'millrace/operators'
import { describe, expect, it } from 'vitest'
import { describePattern, flattened } from '../../../operators/patterns/parts.ts'
import { manners, rowsOf, straight } from '../anyhow.ts'
import { found, textOf, type Word } from './found.ts'
import { type NaiveMatch, naiveMatches, notSkipped } from './naive-matches.ts'
import { type AnyPattern, grouped, inputs, patterns as plain } from './random-patterns.ts'

/** The skip strategies, for the name of a step. */
const skips: readonly ((step: string) => Skip<string>)[] = [
  () => 'no-skip',
  () => 'to-next',
  () => 'past-last',
  (step) => ({ toFirst: step }),
  (step) => ({ toLast: step }),
]

const skip = fc.tuple(fc.constantFrom(...skips), fc.nat({ max: 3 }))

/** Of a step of the pattern. */
function skipOf(
  pattern: AnyPattern,
  [kind, number]: readonly [(typeof skips)[number], number],
): Skip<string> {
  const names = flattened(pattern.data.parts).flatMap((part) => (part.kind === 'step' ? [part.name] : []))
  return kind(names[number % names.length]!)
}

/** Where a strategy lets matches begin after one. */
function resumeAfter(skip: Skip<string>, { taken, steps }: NaiveMatch): number {
  if (skip === 'no-skip') return 0
  if (skip === 'to-next') return taken[0]![0] + 1
  if (skip === 'past-last') return taken.at(-1)![0] + 1
  const name = 'toFirst' in skip ? skip.toFirst : skip.toLast
  const ofStep = steps.filter((step) => step.name === name)
  return ('toFirst' in skip ? ofStep[0] : ofStep.at(-1))?.record ?? 0
}

describe('any pattern', () => {
  for (const [kind, patterns] of Object.entries({ 'of steps': plain, 'with groups': grouped })) {
    it(`finds what a search of all sequences finds, each once: ${kind}`, () =>
      fc.assert(
        fc.property(patterns, inputs, (pattern, words) => {
          const expected = naiveMatches(pattern.data, words).map(({ text }) => text)
          const { matches } = found(pattern, words)
          expect(matches.toSorted(), describePattern(pattern.data)).toEqual(expected.toSorted())
        }),
        { numRuns: 2000 },
      ))

    it(`drops what its skip strategy rules out, in the order of matches: ${kind}`, () =>
      fc.assert(
        fc.property(patterns, inputs, skip, (pattern, words, chosen) => {
          const skip = skipOf(pattern, chosen)
          fc.pre(skip !== 'no-skip')
          const all = naiveMatches(pattern.data, words)
          const expected = notSkipped(all, (match) => resumeAfter(skip, match)).map(({ text }) => text)
          const { matches } = found(pattern as never, words, { skip: skip as never })
          const heldBack = expected.slice(matches.length)
          expect(matches, `${describePattern(pattern.data)} ${JSON.stringify(skip)}`).toEqual(
            expected.slice(0, matches.length),
          )
          if (pattern.data.withinMs !== undefined) expect(heldBack).toEqual([])
        }),
        { numRuns: 2000 },
      ))

    it(`gives the same, however records come and whatever fails: ${kind}`, () =>
      fc.assert(
        fc.asyncProperty(
          patterns,
          inputs,
          inputs,
          skip,
          manners,
          async (pattern, left, right, chosen, manner) => {
            const records = [...left, ...right]
            const skip = skipOf(pattern, chosen)
            const trial = { inputs: [records], timeOf: ({ time }: Word) => time, disorderMs: 5 }
            const rows = (how: typeof manner) =>
              rowsOf(trial, how, (stream) =>
                stream.pipe(
                  keyBy(({ time }) => time % 2),
                  matchPattern('p', pattern as never, { skip: skip as never }),
                  map((row) => textOf(row)),
                ),
              )
            expect((await rows(manner)).toSorted()).toEqual((await rows(straight)).toSorted())
          },
        ),
        { numRuns: 60 },
      ))
  }
})
