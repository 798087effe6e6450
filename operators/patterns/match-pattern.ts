import { MillraceError } from '../../src/errors.ts'
import { givenFunction } from '../../src/graph/given-function.ts'
import { givenOptions } from '../../src/graph/given-options.ts'
import { givenText } from '../../src/graph/given-text.ts'
import type { Key } from '../../src/state/key.ts'
import { type KeyedStream, type SinkHandle, type Step, type Stream, streamAt } from '../../src/stream.ts'
import type { KeyedLogic } from '../keyed/keyed-logic.ts'
import { keyedOperatorOn } from '../keyed/keyed-step.ts'
import { automatonOf } from './automaton.ts'
import { checkPattern } from './check-pattern.ts'
import { describePattern, type PatternData } from './parts.ts'
import type { Pattern } from './pattern.ts'
import { dataOf } from './pattern.ts'
import { PatternLogic } from './pattern-logic.ts'
import type { OrderBy } from './record-order.ts'
import { resumeAfter, type Skip } from './skip.ts'

/** What a pattern finds: the records of each step under its name; a list if the step may take several. */
export type Match<M> = { [N in keyof M]: M[N] } & {}

/** What a partial match had found when its time was over. Steps that had no record are `undefined` or an empty list. */
export type TimedOut<M> = { [N in keyof M]: M[N] extends readonly unknown[] ? M[N] : M[N] | undefined } & {}

/** How a pattern is looked for. */
export interface MatchOptions<T, M> {
  /** Which other matches a match rules out. By default `'no-skip'`: none. */
  readonly skip?: Skip<keyof M & string>
  /** Where late records go. Any steps that end in a sink. Without it a late record stops the job with `RECORD_LATE`. */
  readonly late?: Step<Stream<T>, SinkHandle>
  /** Where partial matches go whose time is over. Any steps that end in a sink. Without it they are only counted. */
  readonly timedOut?: Step<Stream<TimedOut<M>>, SinkHandle>
  /** What records of one time are ordered by; an earlier value decides. Without it, and after it, their content does. */
  readonly orderBy?: (value: T) => Key | readonly Key[]
  /** How many partial matches, and matches that wait for them, a key may have: 10,000 by default. */
  readonly maxPartialMatches?: number
}

const defaultMaxPartialMatches = 10_000

/**
 * Finds a pattern in the records of each key, in the order of their event time: records wait for the watermark. The rows
 * have the records of each step under its name. The event time of a row is when it was known to be a match: that of the
 * record that made it one, or the end of `within`.
 *
 * The rules are those of Flink CEP. What Flink leaves to the order of arrival is fixed: records of one time are taken in
 * the order of `orderBy` and then of their CBOR bytes, and of matches that begin and end with the same records those
 * that took a record earlier come first.
 *
 * @param name Keeps records and partial matches in checkpoints.
 * @throws MillraceError `JOB_INVALID` for a pattern that means nothing, such as one that ends in `notFollowedBy` without
 *   `within`; while running `RECORD_LATE`, unless there is an output for late records, and `PATTERN_TOO_WIDE`.
 * @example
 * const rising = pattern<{ id: string; price: number }>()
 *   .begin('low')
 *   .next('high', (bid, { low }) => bid.price > 2 * low.price)
 * const jumps = (bids: KeyedStream<string, { id: string; price: number }>) =>
 *   bids.pipe(
 *     matchPattern('jumps', rising, { skip: 'past-last' }),
 *     map(({ low, high }) => high.price / low.price),
 *   )
 */
export function matchPattern<T, M, K = Key>(
  name: string,
  pattern: Pattern<T, M>,
  options: MatchOptions<NoInfer<T>, NoInfer<M>> = {},
): Step<KeyedStream<K, T>, Stream<Match<M>>> {
  const data = dataOf(pattern, `matchPattern(…): the pattern of "${name}"`)
  checkPattern(name, data)
  const { late, timedOut, orderBy } = givenOptions(options, `the options of matchPattern(…) "${name}"`)
  for (const [each, given] of Object.entries({ late, timedOut, orderBy }))
    if (given !== undefined) givenFunction(given, 'matchPattern', `${each} of "${name}"`)
  const settings = settingsOf(name, data, options as MatchOptions<unknown, unknown>)
  return (keyed) =>
    keyedOperatorOn<Match<M>>([keyed], {
      verb: 'matchPattern',
      name,
      detail: settings.shape,
      sides: {
        ...(late && { late: (outlet) => late(streamAt(outlet)).sink }),
        ...(timedOut && { timedOut: (outlet) => timedOut(streamAt(outlet)).sink }),
      },
      logic: () => new PatternLogic(settings) as unknown as KeyedLogic<unknown>,
    })
}

function settingsOf(name: string, data: PatternData, options: MatchOptions<unknown, unknown>) {
  const { skip = 'no-skip', orderBy, maxPartialMatches = defaultMaxPartialMatches } = options
  if (!Number.isSafeInteger(maxPartialMatches) || maxPartialMatches < 1)
    throw new MillraceError(
      'JOB_INVALID',
      `"${name}" allows ${givenText(maxPartialMatches)} partial matches, not a whole number of at least 1`,
    )
  const automaton = automatonOf(data)
  const stepNumber = (step: string) => {
    const number = automaton.steps.findIndex((known) => known.name === step)
    if (number >= 0) return number
    throw new MillraceError('JOB_INVALID', `the pattern of "${name}" has no step "${step}" to skip to`)
  }
  return {
    shape: describePattern(data),
    automaton,
    resume: resumeAfter(givenSkip(skip, name), stepNumber),
    orderBy: orderBy as OrderBy | undefined,
    maxPartialMatches,
  }
}

function givenSkip(skip: unknown, name: string): Skip<string> {
  if (typeof skip === 'object' && skip !== null && ('toFirst' in skip || 'toLast' in skip))
    return skip as Skip<string>
  const words = ['no-skip', 'to-next', 'past-last'] as const
  if (words.some((word) => word === skip)) return skip as Skip<string>
  throw new MillraceError(
    'JOB_INVALID',
    `matchPattern(…): skip of "${name}" is ${givenText(skip)}: it is 'no-skip', 'to-next', 'past-last', { toFirst } or { toLast }`,
  )
}
