import type { Condition, Gap, NotPart, PatternData, StepPart } from './parts.ts'

/** Where a partial match stands: which step took the last record, and how many it has taken. */
export interface Place {
  /** What may come next: another record of the same step first, then the steps after it in their order. */
  readonly waits: readonly Wait[]
  readonly end: End
  /** The waits that a match `when-grown` must not have any more: a bit for each. */
  readonly growth: number
  /** What must not come for the match to end here. */
  readonly nots: readonly NotPart[]
}

/**
 * When a partial match at a place is a match: not here, at once, when another record has come, when `within` is over, or
 * when it cannot grow any more.
 */
export type End = 'not-here' | 'at-once' | 'after-next' | 'after-within' | 'when-grown'

/** A record that a partial match waits for. */
export interface Wait {
  /** The number of the step that takes it. */
  readonly step: number
  readonly fits: Condition
  /** Over which records it waits on. */
  readonly gap: Gap
  /** A record that it takes is not for the waits after it. */
  readonly greedy: boolean
  /** Neither taken nor waited over, if it is a record of the same step that is waited for. */
  readonly until: Condition | undefined
  readonly sameStep: boolean
  readonly nots: readonly NotPart[]
  /** The number of the place that taking it leads to. */
  readonly place: number
}

/** A pattern made ready to run. A partial match begins at place 0. */
export interface Automaton {
  readonly places: readonly Place[]
  readonly steps: readonly StepPart[]
  readonly withinMs: number | undefined
}

/** A step, what must not be between it and the next one, and the number of the place where it has taken one record. */
interface Stop {
  readonly step: StepPart
  readonly nots: readonly NotPart[]
  readonly firstPlace: number
}

/** Compiles a pattern that has been checked. */
export function automatonOf({ parts, withinMs }: PatternData): Automaton {
  const stops = stopsOf(parts)
  const places: Place[] = [{ waits: waitsAfter(stops, -1, []), end: 'not-here', growth: 0, nots: [] }]
  for (const [index, stop] of stops.entries()) {
    for (let taken = 1; taken <= countsKept(stop.step); taken += 1) places.push(placeOf(stops, index, taken))
  }
  return { places, steps: stops.map(({ step }) => step), withinMs }
}

function stopsOf(parts: PatternData['parts']): Stop[] {
  const stops: Stop[] = []
  let firstPlace = 1
  for (const part of parts) {
    const last = stops.at(-1)
    if (part.kind === 'not') stops[stops.length - 1] = { ...last!, nots: [...last!.nots, part] }
    else {
      stops.push({ step: part, nots: [], firstPlace })
      firstPlace += countsKept(part)
    }
  }
  return stops
}

/** How far a step must count: once it has enough of an unbounded loop, it stays where it is. */
function countsKept({ loop }: StepPart): number {
  if (loop === undefined) return 1
  return loop.max === Infinity ? loop.min : loop.max
}

function placeOf(stops: readonly Stop[], index: number, taken: number): Place {
  const { step, firstPlace } = stops[index]!
  const { loop } = step
  const more = loop !== undefined && taken < loop.max
  const again = more ? [waitFor(stops, index, index, firstPlace + Math.min(taken, countsKept(step) - 1))] : []
  const enough = taken >= (loop?.min ?? 1)
  const waits = enough ? waitsAfter(stops, index, again) : again
  const growth = waits.reduce((bits, { greedy }, bit) => (greedy ? bits | (1 << bit) : bits), 0)
  const end = enough ? endAfter(stops, index, growth) : 'not-here'
  return { waits, end, growth, nots: stops[index]!.nots }
}

/** The steps that may come after one: those up to the first that is not optional. */
function waitsAfter(stops: readonly Stop[], index: number, waits: readonly Wait[]): Wait[] {
  const after = stops.slice(index + 1)
  const last = after.findIndex(({ step }) => !step.optional)
  const reached = last < 0 ? after : after.slice(0, last + 1)
  return [
    ...waits,
    ...reached.map((stop, offset) => waitFor(stops, index, index + 1 + offset, stop.firstPlace)),
  ]
}

function waitFor(stops: readonly Stop[], from: number, to: number, place: number): Wait {
  const { step } = stops[to]!
  const sameStep = from === to
  // A loop is also watched by what must not follow it.
  const between = sameStep ? stops.slice(from, from + 1) : stops.slice(Math.max(from, 0), to)
  return {
    step: to,
    fits: step.fits,
    gap: sameStep ? step.loop!.gap : step.gap,
    greedy: step.loop?.greedy ?? false,
    until: step.loop?.until,
    sameStep,
    nots: between.flatMap(({ nots }) => nots),
    place,
  }
}

function endAfter(stops: readonly Stop[], index: number, growth: number): End {
  if (!stops.slice(index + 1).every(({ step }) => step.optional)) return 'not-here'
  const { nots } = stops[index]!
  if (nots.length > 0) return nots.every(({ onlyNext }) => onlyNext) ? 'after-next' : 'after-within'
  return growth === 0 ? 'at-once' : 'when-grown'
}
