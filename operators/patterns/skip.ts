import type { CompleteMatch, PatternState, Taking } from './partial-matches.ts'

/**
 * Which other matches a match rules out (Flink's after-match skip strategy). A match is found first if it begins first;
 * those that begin earlier than the record named here are dropped, whether complete or not:
 *
 * - `'no-skip'`: none.
 * - `'to-next'`: those that begin with the same record.
 * - `'past-last'`: those that begin before the match is over.
 * - `{ toFirst: step }`, `{ toLast: step }`: those that begin before the first, or last, record of the step; none if the
 *   step has no record.
 */
export type Skip<N extends string> =
  | 'no-skip'
  | 'to-next'
  | 'past-last'
  | { readonly toFirst: N }
  | { readonly toLast: N }

/** The number of the first record that a match may still begin with after this one; 0 if any. */
export type Resume = (state: PatternState, match: CompleteMatch) => number

/** `undefined` if no match rules out another. */
export function resumeAfter(skip: Skip<string>, stepNumber: (name: string) => number): Resume | undefined {
  if (skip === 'no-skip') return undefined
  if (skip === 'to-next') return (_state, { first }) => first + 1
  if (skip === 'past-last') return (state, { last }) => state.takings.get(last)!.record + 1
  if ('toLast' in skip) {
    const step = stepNumber(skip.toLast)
    return (state, { last }) => takingsOf(state, last, step)[0]?.record ?? 0
  }
  const step = stepNumber(skip.toFirst)
  return (state, { last }) => takingsOf(state, last, step).at(-1)?.record ?? 0
}

/** The latest first. */
function takingsOf(state: PatternState, last: number, step: number): Taking[] {
  const found: Taking[] = []
  for (let number = last; number !== 0; ) {
    const taking = state.takings.get(number)!
    if (taking.step === step) found.push(taking)
    number = taking.before
  }
  return found
}
