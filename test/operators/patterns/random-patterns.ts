import fc from 'fast-check'
import { type OpenPattern, type Pattern, type PatternStep, pattern } from 'millrace/operators'
import { checkPattern } from '../../../operators/patterns/check-pattern.ts'
import { is, type Word } from './found.ts'

/** One step of a random pattern, or what must not be. */
interface Part {
  readonly verb: 'next' | 'followedBy' | 'followedByAny' | 'notNext' | 'notFollowedBy'
  readonly letters: string
  readonly times: readonly [min: number, more: number] | undefined
  readonly inside: 'consecutive' | 'allowCombinations' | undefined
  readonly greedy: boolean
  readonly optional: boolean
  readonly until: string | undefined
}

const letters = fc.constantFrom('a', 'b', 'c', 'ab', 'bc', 'abc')

const part: fc.Arbitrary<Part> = fc.record({
  verb: fc.constantFrom('next', 'followedBy', 'followedByAny', 'notNext', 'notFollowedBy'),
  letters,
  times: fc.option(fc.tuple(fc.integer({ min: 1, max: 2 }), fc.nat({ max: 2 })), { nil: undefined }),
  inside: fc.constantFrom(undefined, 'consecutive', 'allowCombinations'),
  greedy: fc.boolean(),
  optional: fc.boolean(),
  until: fc.option(letters, { nil: undefined, freq: 4 }),
})

export type AnyPattern = Pattern<Word, unknown>
type AnyStep = PatternStep<Word, Record<never, never>, string, Word>

function described(parts: readonly Part[], withinMs: number | undefined): AnyPattern | undefined {
  let built: OpenPattern<Word, unknown> | undefined
  for (const [index, one] of parts.entries()) {
    const isNot = one.verb === 'notNext' || one.verb === 'notFollowedBy'
    if (isNot && built === undefined) return undefined
    if (isNot) built = built![one.verb as 'notNext'](is(one.letters))
    else built = quantified(begun(built, one, `s${index}`), one)
  }
  return withinMs === undefined ? built : built?.within(`${withinMs}ms`)
}

function begun(
  before: OpenPattern<Word, unknown> | undefined,
  { verb, letters }: Part,
  name: string,
): AnyStep {
  if (before === undefined) return pattern<Word>().begin(name, is(letters)) as unknown as AnyStep
  return (before as OpenPattern<Word, Record<never, never>>)[verb as 'next'](name, is(letters)) as AnyStep
}

/** A step that takes two more than it must may take any number. */
function quantified(step: AnyStep, one: Part): OpenPattern<Word, unknown> {
  if (one.times === undefined) return one.optional ? step.optional() : step
  const [min, more] = one.times
  let loop = more === 2 ? step.timesOrMore(min) : step.times(min, min + more)
  if (one.inside !== undefined) loop = loop[one.inside]()
  if (one.greedy && one.inside !== 'allowCombinations') loop = loop.greedy()
  if (one.until !== undefined) loop = loop.until(is(one.until))
  return one.optional ? loop.optional() : loop
}

function isAllowed(pattern: AnyPattern | undefined): pattern is AnyPattern {
  if (pattern === undefined) return false
  try {
    checkPattern('p', pattern.data)
    return true
  } catch {
    return false
  }
}

/** Patterns of up to four parts. */
export const patterns: fc.Arbitrary<AnyPattern> = fc
  .tuple(
    fc.array(part, { minLength: 1, maxLength: 4 }),
    fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  )
  .map(([parts, withinMs]) => described(parts, withinMs))
  .filter(isAllowed)

/** Up to six records of three letters, each of another time. */
export const inputs: fc.Arbitrary<Word[]> = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 3 })), { maxLength: 6 })
  .map((drawn) => {
    let time = 0
    return drawn.map(([letter, gap], index) => {
      time += gap
      return { word: `${letter}${index}`, time }
    })
  })
