import fc from 'fast-check'
import {
  type OpenPattern,
  type Pattern,
  type PatternEnd,
  type PatternGroup,
  type PatternStep,
  pattern,
} from 'millrace/operators'
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
  readonly withinPrevious: number | undefined
}

/** Some parts together. */
interface Group extends Pick<Part, 'verb' | 'times' | 'inside' | 'optional' | 'until'> {
  readonly parts: readonly (Part | Group)[]
}

const letters = fc.constantFrom('a', 'b', 'c', 'ab', 'bc', 'abc')

const times = fc.option(fc.tuple(fc.integer({ min: 1, max: 2 }), fc.nat({ max: 2 })), { nil: undefined })
const inside = fc.constantFrom(undefined, 'consecutive', 'allowCombinations')

const part: fc.Arbitrary<Part> = fc.record({
  verb: fc.constantFrom('next', 'followedBy', 'followedByAny', 'notNext', 'notFollowedBy'),
  letters,
  times,
  inside,
  greedy: fc.boolean(),
  optional: fc.boolean(),
  until: fc.option(letters, { nil: undefined, freq: 4 }),
  withinPrevious: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined, freq: 4 }),
})

const group = (inner: fc.Arbitrary<Part | Group>): fc.Arbitrary<Group> =>
  fc.record({
    verb: fc.constantFrom('next', 'followedBy', 'followedByAny'),
    times,
    inside,
    optional: fc.boolean(),
    until: fc.option(letters, { nil: undefined, freq: 4 }),
    parts: fc.array(inner, { minLength: 1, maxLength: 3 }),
  })

export type AnyPattern = Pattern<Word, unknown>
type Open = OpenPattern<Word, Record<never, never>>
type AnyStep = PatternStep<Word, Record<never, never>, string, Word>
type AnyGroup = PatternGroup<Word, Record<never, never>, Record<never, never>>

/** Builds a pattern, unless it begins with what must not be. Steps are numbered in their order. */
function builtOf(parts: readonly (Part | Group)[], numbers: { next: number }): Open | undefined {
  let built: Open | undefined
  for (const one of parts) {
    const isNot = one.verb === 'notNext' || one.verb === 'notFollowedBy'
    if (isNot && built === undefined) return undefined
    if ('parts' in one) {
      const inner = builtOf(one.parts, numbers)
      if (inner === undefined) return undefined
      built = repeated(begun(built, one.verb, inner), one)
    } else if (isNot) built = limited(built![one.verb as 'notFollowedBy'](is(one.letters)), one)
    else built = quantified(stepOf(built, one, `s${numbers.next++}`), one)
  }
  return built
}

function limited(not: PatternEnd<Word, Record<never, never>>, { withinPrevious }: Part): Open {
  return withinPrevious === undefined ? not : (not.withinPrevious(`${withinPrevious}ms`) as Open)
}

function described(parts: readonly (Part | Group)[], withinMs: number | undefined): AnyPattern | undefined {
  const built = builtOf(parts, { next: 0 })
  return withinMs === undefined ? built : built?.within(`${withinMs}ms`)
}

function begun(before: Open | undefined, verb: Part['verb'], inner: Open): AnyGroup {
  return before === undefined ? pattern<Word>().begin(inner) : before[verb as 'next'](inner)
}

function stepOf(before: Open | undefined, { verb, letters }: Part, name: string): AnyStep {
  if (before === undefined) return pattern<Word>().begin(name, is(letters)) as unknown as AnyStep
  return before[verb as 'next'](name, is(letters)) as AnyStep
}

/** A group that comes two times more than it must may come any number of times. */
function repeated(group: AnyGroup, { times, inside, optional, until }: Group): Open {
  if (times === undefined) return optional ? group.optional() : group
  const [min, more] = times
  let loop = more === 2 ? group.timesOrMore(min) : group.times(min, min + more)
  if (inside !== undefined) loop = loop[inside]()
  if (until !== undefined) loop = loop.until(is(until))
  return optional ? loop.optional() : loop
}

/** A step that takes two more than it must may take any number. */
function quantified(before: AnyStep, one: Part): Open {
  const step = one.withinPrevious === undefined ? before : before.withinPrevious(`${one.withinPrevious}ms`)
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

const within = fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined })

const patternsOf = (one: fc.Arbitrary<Part | Group>, maxLength: number): fc.Arbitrary<AnyPattern> =>
  fc
    .tuple(fc.array(one, { minLength: 1, maxLength }), within)
    .map(([parts, withinMs]) => described(parts, withinMs))
    .filter(isAllowed)

/** Patterns of up to four parts. */
export const patterns = patternsOf(part, 4)

/** Patterns of up to three parts, of which some are groups, also of groups. */
export const grouped = patternsOf(
  fc.oneof(part, group(fc.oneof({ weight: 4, arbitrary: part }, group(part)))),
  3,
)

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
