import type { PatternData, PatternPart, StepPart } from '../../../operators/patterns/parts.ts'
import type { Word } from './found.ts'

/** The step that takes each record of a sequence: pairs of the number of a record and the number of a part. */
type Assignment = readonly (readonly [record: number, part: number])[]

/** A match that a search of all sequences finds. */
export interface NaiveMatch {
  readonly taken: Assignment
  /** The number of the record with which it is known to be a match; infinite if that takes the end of its time. */
  readonly known: number
  readonly text: string
}

/**
 * Finds the matches of a pattern by trying every sequence of records with every step for each, and asking of each whether
 * the rules allow it. In the order of their first records, then in that in which they are known, then of what they took
 * and when.
 */
export function naiveMatches(
  { parts, withinMs = Infinity }: PatternData,
  words: readonly Word[],
): NaiveMatch[] {
  const found = assignments(words.length, parts).flatMap((taken) => {
    if (!isSequence(taken, parts, words, withinMs)) return []
    const known = knownAt(taken, parts, words, withinMs)
    const text = taken.map(([record]) => words[record]!.word).join(' ')
    return known === undefined ? [] : [{ taken, known, text }]
  })
  return found.sort(inOrder)
}

/** Those of the matches, in their order, that are left when each rules out those that begin before `resume` of it. */
export function notSkipped(
  matches: readonly NaiveMatch[],
  resume: (match: NaiveMatch) => number,
): NaiveMatch[] {
  let from = 0
  return matches.filter((match) => {
    if (match.taken[0]![0] < from) return false
    from = Math.max(from, resume(match))
    return true
  })
}

function inOrder(a: NaiveMatch, b: NaiveMatch): number {
  const first = a.taken[0]![0] - b.taken[0]![0]
  if (first !== 0 || a.known !== b.known) return first || a.known - b.known
  const length = Math.max(a.taken.length, b.taken.length)
  for (let index = 0; index < length; index += 1) {
    const [record, part] = a.taken[index] ?? [Infinity, 0]
    const [otherRecord, otherPart] = b.taken[index] ?? [Infinity, 0]
    if (record !== otherRecord) return record - otherRecord
    if (part !== otherPart) return part - otherPart
  }
  return 0
}

function assignments(records: number, parts: readonly PatternPart[]): Assignment[] {
  let all: Assignment[] = [[]]
  for (let record = 0; record < records; record += 1) {
    all = all.flatMap((taken) => [
      taken,
      ...partsFrom(taken, parts).map((part) => [...taken, [record, part] as const]),
    ])
  }
  return all.filter((taken) => taken.length > 0)
}

function partsFrom(taken: Assignment, parts: readonly PatternPart[]): number[] {
  const least = taken.at(-1)?.[1] ?? 0
  return parts.flatMap((part, number) => (part.kind === 'step' && number >= least ? [number] : []))
}

function isSequence(
  taken: Assignment,
  parts: readonly PatternPart[],
  words: readonly Word[],
  withinMs: number,
) {
  const last = words[taken.at(-1)![0]]!.time
  if (last - words[taken[0]![0]]!.time >= withinMs) return false
  if (!parts.every((part, number) => part.kind === 'not' || countFits(part, countOf(taken, number))))
    return false
  if (!taken.every(([record, part]) => takes(parts[part] as StepPart, words[record]!))) return false
  if (passesGreedily(taken[0]!, parts, words)) return false
  return taken.every((_, index) => index === 0 || gapFits(taken, index, parts, words))
}

/** When a sequence is known to be a match, if it ever is. */
function knownAt(taken: Assignment, parts: readonly PatternPart[], words: readonly Word[], withinMs: number) {
  const [last, number] = taken.at(-1)!
  const over = words.findIndex(({ time }) => time >= words[taken[0]![0]]!.time + withinMs)
  const rest = words.slice(last + 1, over < 0 ? undefined : over)
  const nots = notsBetween(number, number, parts)
  const onlyNext = nots.length > 0 && nots.every((not) => not.onlyNext)
  const watched = onlyNext ? rest.slice(0, 1) : rest
  const greedy = greedyFrom(taken, parts)
  if (greedy !== undefined && couldGrow(greedy.step, greedy.again, watched)) return undefined
  if (nots.length === 0) return greedy === undefined ? last : grownAt(greedy.step, greedy.again, last, rest)
  if (onlyNext && watched.length === 0) return undefined
  if (nots.some((not) => isBroken(not, -1, watched.length - 1, watched))) return undefined
  return onlyNext ? last + 1 : Infinity
}

/** The greedy step that may take a record after the last one; `again` if it took that. There is one at the most. */
function greedyFrom(taken: Assignment, parts: readonly PatternPart[]) {
  const number = taken.at(-1)![1]
  return parts.flatMap((step, other) => {
    if (step.kind === 'not' || step.loop?.greedy !== true || other < number) return []
    if (other === number && countOf(taken, number) >= step.loop.max) return []
    return [{ step, again: other === number }]
  })[0]
}

/** Whether it must take one of these. */
function couldGrow(step: StepPart, again: boolean, words: readonly Word[]): boolean {
  return (again ? step.loop!.gap : step.gap) !== 'any' && couldTake(step, again, words)
}

/** When it cannot take one any more. */
function grownAt(step: StepPart, again: boolean, last: number, rest: readonly Word[]): number {
  const gap = again ? step.loop!.gap : step.gap
  if (gap === 'strict') return rest.length > 0 ? last + 1 : Infinity
  const until = rest.findIndex((word) => again && step.loop?.until?.(word, {}) === true)
  return until < 0 ? Infinity : last + 1 + until
}

function countOf(taken: Assignment, number: number): number {
  return taken.filter(([, part]) => part === number).length
}

function countFits({ loop, optional }: StepPart, count: number): boolean {
  if (optional && count === 0) return true
  return count >= (loop?.min ?? 1) && count <= (loop?.max ?? 1)
}

function takes({ fits, loop }: StepPart, word: Word): boolean {
  return fits(word, {}) && loop?.until?.(word, {}) !== true
}

/** Whether the records between a record and the one before it may be left out. */
function gapFits(taken: Assignment, index: number, parts: readonly PatternPart[], words: readonly Word[]) {
  const [from, before] = taken[index - 1]!
  const [to, part] = taken[index]!
  const between = words.slice(from + 1, to)
  const step = parts[part] as StepPart
  const gap = part === before ? step.loop!.gap : step.gap
  if (gap === 'strict' && between.length > 0) return false
  if (gap === 'relaxed' && between.some((word) => takes(step, word))) return false
  if (part === before && between.some((word) => step.loop?.until?.(word, {}) === true)) return false
  if (notsBetween(before, part, parts).some((not) => isBroken(not, from, to, words))) return false
  return part === before || !leavesGreedily(taken, index, parts, words)
}

function notsBetween(before: number, part: number, parts: readonly PatternPart[]) {
  const after = parts.findIndex(({ kind }, number) => number > before && kind === 'step')
  const to = part === before ? (after < 0 ? parts.length : after) : part
  return parts.slice(before + 1, to).flatMap((one) => (one.kind === 'not' ? [one] : []))
}

function isBroken(
  not: Extract<PatternPart, { kind: 'not' }>,
  from: number,
  to: number,
  words: readonly Word[],
) {
  const watched = words.slice(from + 1, to + 1)
  return (not.onlyNext ? watched.slice(0, 1) : watched).some((word) => not.fits(word, {}))
}

/** Whether a greedy first step left out a record that it could have taken. */
function passesGreedily(
  [record, first]: Assignment[number],
  parts: readonly PatternPart[],
  words: readonly Word[],
) {
  return parts
    .slice(0, first)
    .some((part) => part.kind === 'step' && part.loop?.greedy === true && takes(part, words[record]!))
}

/** Whether a greedy step could have taken a record that it left to a later one. */
function leavesGreedily(
  taken: Assignment,
  index: number,
  parts: readonly PatternPart[],
  words: readonly Word[],
) {
  const [from, before] = taken[index - 1]!
  const [to, part] = taken[index]!
  return parts.some((greedy, number) => {
    if (greedy.kind === 'not' || greedy.loop?.greedy !== true || number < before || number >= part)
      return false
    if (number === before && countOf(taken, number) >= greedy.loop.max) return false
    return couldTake(greedy, number === before, words.slice(from + 1, to + 1))
  })
}

function couldTake(step: StepPart, again: boolean, words: readonly Word[]): boolean {
  const gap = again ? step.loop!.gap : step.gap
  if (gap === 'strict') return words.slice(0, 1).some((word) => takes(step, word))
  if (gap === 'any') return takes(step, words.at(-1)!)
  const until = words.findIndex((word) => again && step.loop?.until?.(word, {}) === true)
  return (until < 0 ? words : words.slice(0, until)).some((word) => takes(step, word))
}
