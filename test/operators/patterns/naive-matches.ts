import type {
  Condition,
  GroupPart,
  NotPart,
  PatternData,
  PatternPart,
  StepPart,
} from '../../../operators/patterns/parts.ts'
import type { Word } from './found.ts'

interface GroupUntil {
  readonly fits: Condition
  readonly group: string
}

/** What is left of a pattern without groups. */
type FlatPart = FlatStep | FlatNot
type FlatStep = StepPart & Placed
type FlatNot = NotPart & Placed

interface Placed {
  /** Where it stands: its index, or that of its group, the round and the index in that, and so on. */
  readonly path: readonly number[]
  /** What ends the groups that it is in, which are named by their indices. */
  readonly untils: readonly GroupUntil[]
}

/** The step that takes each record of a sequence: pairs of the number of a record and the number of a part. */
type Assignment = readonly (readonly [record: number, part: number])[]

interface TakenBy {
  readonly record: number
  readonly path: readonly number[]
  readonly name: string
  readonly step: number
}

/** A match that a search of all sequences finds. */
export interface NaiveMatch {
  readonly taken: Assignment
  /** The records that it took, with the names of the steps, and their numbers, which are in their names. */
  readonly steps: readonly TakenBy[]
  /** The time at which it is known to be a match; just before a time if that is when something is over. */
  readonly known: number
  readonly text: string
}

/**
 * Finds the matches of a pattern by trying every sequence of records with every step for each, and asking of each whether
 * the rules allow it. In the order of their first records, then in that in which they are known, then of what they took
 * and when. A pattern with groups is all the patterns without that say how often each group comes.
 */
export function naiveMatches(
  { parts, withinMs = Infinity }: PatternData,
  words: readonly Word[],
): NaiveMatch[] {
  return ungrouped(parts, words.length)
    .flatMap((variant) => matchesOf(variant, withinMs, words))
    .sort(inOrder)
}

function matchesOf(variant: readonly FlatPart[], withinMs: number, words: readonly Word[]): NaiveMatch[] {
  return assignments(words.length, variant).flatMap((taken) => {
    if (!isSequence(taken, variant, words, withinMs)) return []
    const known = knownAt(taken, variant, words, withinMs)
    const steps = taken.map(([record, part]) => {
      const { name, path } = variant[part] as FlatStep
      return { record, path, name, step: Number(/\d+/.exec(name)) }
    })
    const text = steps
      .toSorted((a, b) => a.step - b.step || a.record - b.record)
      .map(({ record }) => words[record]!.word)
      .join(' ')
    return known === undefined ? [] : [{ taken, steps, known, text }]
  })
}

/** The patterns without groups that a pattern with groups stands for, for so many records. */
function ungrouped(
  parts: readonly PatternPart[],
  records: number,
  path: readonly number[] = [],
  untils: readonly GroupUntil[] = [],
): FlatPart[][] {
  let variants: FlatPart[][] = [[]]
  for (const [index, part] of parts.entries()) {
    const at = [...path, index]
    const ways =
      part.kind === 'group' ? roundsOf(part, records, at, untils) : [[{ ...part, path: at, untils }]]
    variants = variants
      .flatMap((variant) => ways.map((way) => [...variant, ...way]))
      .filter((variant) => leastRecords(variant) <= records)
  }
  return variants
}

function leastRecords(parts: readonly FlatPart[]): number {
  return parts.reduce(
    (sum, part) => sum + (part.kind === 'not' || part.optional ? 0 : (part.loop?.min ?? 1)),
    0,
  )
}

/** The ways in which a group comes as often as it may. */
function roundsOf(
  { parts, gap, loop, optional }: GroupPart,
  records: number,
  path: readonly number[],
  untils: readonly GroupUntil[],
): FlatPart[][] {
  const all: FlatPart[][] = optional ? [[]] : []
  const group = path.filter((_, index) => index % 2 === 0).join('/')
  const inside = loop?.until === undefined ? untils : [...untils, { fits: loop.until, group }]
  let rounds: FlatPart[][] = [[]]
  for (let count = 1; count <= Math.min(loop?.max ?? 1, records); count += 1) {
    const enteredBy = count === 1 ? gap : loop!.gap
    const once = ungrouped(parts, records, [...path, count], inside).map(([first, ...others]) => {
      // What stands behind an optional head keeps its own gap.
      const isHead = first!.path[path.length + 1] === 0
      return isHead ? [{ ...(first as FlatStep), gap: enteredBy }, ...others] : [first!, ...others]
    })
    rounds = rounds
      .flatMap((way) => once.map((next) => [...way, ...next]))
      .filter((way) => leastRecords(way) <= records)
    if (count >= (loop?.min ?? 1)) all.push(...rounds)
  }
  return all
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
  const length = Math.max(a.steps.length, b.steps.length)
  for (let index = 0; index < length; index += 1) {
    const [one, other] = [a.steps[index], b.steps[index]]
    if (one === undefined || other === undefined) return a.steps.length < b.steps.length ? 1 : -1
    const order = one.record - other.record || comparePaths(one.path, other.path)
    if (order !== 0) return order
  }
  return 0
}

function comparePaths(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((number, index) => number !== b[index])
  return place < 0 ? 0 : a[place]! - b[place]!
}

function assignments(records: number, parts: readonly FlatPart[]): Assignment[] {
  let all: Assignment[] = [[]]
  for (let record = 0; record < records; record += 1) {
    all = all.flatMap((taken) => [
      taken,
      ...partsFrom(taken, parts).map((part) => [...taken, [record, part] as const]),
    ])
  }
  return all.filter((taken) => taken.length > 0)
}

function partsFrom(taken: Assignment, parts: readonly FlatPart[]): number[] {
  const last = taken.at(-1)?.[1]
  const needed = parts.findIndex(
    (part, number) => part.kind === 'step' && !part.optional && number > (last ?? -1),
  )
  return parts.flatMap((part, number) =>
    part.kind === 'step' && number >= (last ?? 0) && (needed < 0 || number <= needed) ? [number] : [],
  )
}

function isSequence(taken: Assignment, parts: readonly FlatPart[], words: readonly Word[], withinMs: number) {
  const last = words[taken.at(-1)![0]]!.time
  if (last - words[taken[0]![0]]!.time >= withinMs) return false
  if (!parts.every((part, number) => part.kind === 'not' || countFits(part, countOf(taken, number))))
    return false
  if (!taken.every(([record, part]) => takes(parts[part] as FlatStep, words[record]!))) return false
  if (passesGreedily(taken[0]!, parts, words)) return false
  return taken.every((_, index) => index === 0 || gapFits(taken, index, parts, words))
}

/** When a sequence is known to be a match, if it ever is. */
function knownAt(taken: Assignment, parts: readonly FlatPart[], words: readonly Word[], withinMs: number) {
  const [last, number] = taken.at(-1)!
  const lastTime = words[last]!.time
  const end = words[taken[0]![0]]!.time + withinMs
  const before = (time: number) => words.slice(last + 1).filter((word) => word.time < time)
  const nots = notsBetween(number, number, parts)
  const notsEnd = Math.min(end, ...nots.map(({ withinMs = Infinity }) => lastTime + withinMs))
  const onlyNext = nots.length > 0 && nots.every((not) => not.onlyNext)
  const from = parts[number] as FlatStep
  const greedy = greedyFrom(taken, parts)
  const growthEnd = Math.min(end, lastTime + (greedy?.step.withinMs ?? Infinity))
  const grows = before(Math.min(growthEnd, notsEnd))
  if (
    greedy !== undefined &&
    couldGrow(from, greedy.step, greedy.again, onlyNext ? grows.slice(0, 1) : grows)
  )
    return undefined
  if (nots.length === 0)
    return greedy === undefined
      ? lastTime
      : grownAt(from, greedy.step, greedy.again, before(growthEnd), growthEnd)
  const watched = onlyNext ? before(end).slice(0, 1) : before(notsEnd)
  if (onlyNext && watched.length === 0) return undefined
  if (nots.some((not) => isBroken(not, -1, watched.length - 1, watched))) return undefined
  return onlyNext ? watched[0]!.time : notsEnd - 0.5
}

/** The greedy step that may take a record after the last one; `again` if it took that. There is one at the most. */
function greedyFrom(taken: Assignment, parts: readonly FlatPart[]) {
  const number = taken.at(-1)![1]
  return parts.flatMap((step, other) => {
    if (step.kind === 'not' || step.loop?.greedy !== true || other < number) return []
    if (other === number && countOf(taken, number) >= step.loop.max) return []
    return [{ step, again: other === number }]
  })[0]
}

/** Whether it must take one of these. */
function couldGrow(from: FlatStep, step: FlatStep, again: boolean, words: readonly Word[]): boolean {
  return (again ? step.loop!.gap : step.gap) !== 'any' && couldTake(from, step, again, words)
}

/** When it cannot take one any more. */
function grownAt(from: FlatStep, step: FlatStep, again: boolean, rest: readonly Word[], end: number): number {
  const gap = again ? step.loop!.gap : step.gap
  if (gap === 'strict') return rest[0]?.time ?? end - 0.5
  const stops = stopsOf(from, step, again)
  const until = rest.find((word) => stops.some((fits) => fits(word, {})))
  return until?.time ?? end - 0.5
}

function countOf(taken: Assignment, number: number): number {
  return taken.filter(([, part]) => part === number).length
}

function countFits({ loop, optional }: StepPart, count: number): boolean {
  if (optional && count === 0) return true
  return count >= (loop?.min ?? 1) && count <= (loop?.max ?? 1)
}

function takes({ fits, loop, untils }: FlatStep, word: Word): boolean {
  return fits(word, {}) && loop?.until?.(word, {}) !== true && !untils.some(({ fits }) => fits(word, {}))
}

/** Whether the records between a record and the one before it may be left out. */
function gapFits(taken: Assignment, index: number, parts: readonly FlatPart[], words: readonly Word[]) {
  const [from, before] = taken[index - 1]!
  const [to, part] = taken[index]!
  const between = words.slice(from + 1, to)
  const step = parts[part] as FlatStep
  if (words[to]!.time - words[from]!.time >= (step.withinMs ?? Infinity)) return false
  const gap = part === before ? step.loop!.gap : step.gap
  if (gap === 'strict' && between.length > 0) return false
  if (gap === 'relaxed' && between.some((word) => takes(step, word))) return false
  const stops = stopsOf(parts[before] as FlatStep, step, part === before)
  if (between.some((word) => stops.some((fits) => fits(word, {})))) return false
  if (notsBetween(before, part, parts).some((not) => isBroken(not, from, to, words))) return false
  return part === before || !leavesGreedily(taken, index, parts, words)
}

function notsBetween(before: number, part: number, parts: readonly FlatPart[]) {
  const after = parts.findIndex(({ kind }, number) => number > before && kind === 'step')
  const to = part === before ? (after < 0 ? parts.length : after) : part
  return parts.slice(before + 1, to).flatMap((one) => (one.kind === 'not' ? [one] : []))
}

function isBroken(not: NotPart, from: number, to: number, words: readonly Word[]) {
  const watched = words.slice(from + 1, to + 1)
  return (not.onlyNext ? watched.slice(0, 1) : watched).some((word) => not.fits(word, {}))
}

/** Whether a greedy first step left out a record that it could have taken. */
function passesGreedily(
  [record, first]: Assignment[number],
  parts: readonly FlatPart[],
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
  parts: readonly FlatPart[],
  words: readonly Word[],
) {
  const [from, before] = taken[index - 1]!
  const [to, part] = taken[index]!
  return parts.some((greedy, number) => {
    if (greedy.kind === 'not' || greedy.loop?.greedy !== true || number < before || number >= part)
      return false
    if (number === before && countOf(taken, number) >= greedy.loop.max) return false
    const inTime = words
      .slice(from + 1, to + 1)
      .filter(({ time }) => time < words[from]!.time + (greedy.withinMs ?? Infinity))
    // What may leave out any record leaves one greedily only with the very record that another step took.
    const gap = number === before ? greedy.loop.gap : greedy.gap
    if (gap === 'any' && inTime.length < to - from) return false
    return couldTake(parts[before] as FlatStep, greedy, number === before, inTime)
  })
}

function couldTake(from: FlatStep, step: FlatStep, again: boolean, words: readonly Word[]): boolean {
  const gap = again ? step.loop!.gap : step.gap
  if (gap === 'strict') return words.slice(0, 1).some((word) => takes(step, word))
  if (gap === 'any') return takes(step, words.at(-1)!)
  const stops = stopsOf(from, step, again)
  const until = words.findIndex((word) => stops.some((fits) => fits(word, {})))
  return (until < 0 ? words : words.slice(0, until)).some((word) => takes(step, word))
}

/** What ends the wait for a step after another: what ends a loop, or a group that one is in already. */
function stopsOf(from: FlatStep, { loop, untils }: FlatStep, again: boolean): Condition[] {
  const shared = untils.filter(({ group }) => from.untils.some((other) => other.group === group))
  const own = again && loop?.until !== undefined ? [loop.until] : []
  return [...own, ...shared.map(({ fits }) => fits)]
}
