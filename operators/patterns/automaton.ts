import type { Condition, Gap, PatternData } from './parts.ts'
import {
  beginning,
  countsKept,
  itemsOf,
  type NumberedNot,
  type NumberedStep,
  notsAfter,
  type Onward,
  onwardFrom,
  type Position,
  positionsIn,
  type Round,
  type StepItem,
} from './positions.ts'

/** Where a partial match stands: which step took the last record, and how many it has taken. */
export interface Place {
  /** What may come next: another record of the same step first, then the steps after it in their order. */
  readonly waits: readonly Wait[]
  readonly end: End
  /** The waits that a match `when-grown` must not have any more: a bit for each. */
  readonly growth: number
  /** What must not come for the match to end here. */
  readonly nots: readonly NumberedNot[]
  /** How long after the last record it ends, if it ends `after-within` and does not wait for the whole pattern's. */
  readonly endsAfterMs: number | undefined
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
  /** What it does not take. */
  readonly untils: readonly Until[]
  /** The outermost group, by its id, of which a round begins with it. */
  readonly opens: number | undefined
  /** How long it waits after the record before. */
  readonly withinMs: number | undefined
  readonly nots: readonly NumberedNot[]
  /** The number of the place that taking it leads to. */
  readonly place: number
}

/** What ends a loop, or the rounds of a group. */
export interface Until {
  readonly fits: Condition
  /** Whether it is not waited over either: if it is within the loop that one waits. */
  readonly stops: boolean
  /** The number of the step that says it, -1 for a group. */
  readonly step: number
  readonly rounds: readonly Round[]
}

/** A pattern made ready to run. A partial match begins at place 0. */
export interface Automaton {
  readonly places: readonly Place[]
  readonly steps: readonly NumberedStep[]
  readonly withinMs: number | undefined
  /** The times after a record at which a partial match may change without another. */
  readonly limitsMs: readonly number[]
}

/** Compiles a pattern that has been checked. */
export function automatonOf({ parts, withinMs }: PatternData): Automaton {
  const { items, steps } = itemsOf(parts)
  const built = new Places([beginning(items), ...positionsIn(items)]).build()
  const limits = built.flatMap(({ waits, endsAfterMs }) => [
    endsAfterMs,
    ...waits.map((wait) => wait.withinMs),
  ])
  const limitsMs = [...new Set(limits.filter((limit) => limit !== undefined))]
  return { places: built, steps, withinMs, limitsMs }
}

/** The places that there are, one for each position. Their numbers are in checkpoints. */
class Places {
  readonly #positions: readonly Position[]
  readonly #numbers: ReadonlyMap<string, number>

  constructor(positions: readonly Position[]) {
    this.#positions = positions
    this.#numbers = new Map(positions.map((position, number) => [nameOf(position), number]))
  }

  build(): Place[] {
    return this.#positions.map((position, number) =>
      number === 0 ? this.#firstPlace(position) : this.#place(position),
    )
  }

  #firstPlace(position: Position): Place {
    const onward: Onward[] = []
    onwardFrom(position, onward)
    const waits = onward.map((one) => this.#wait(position, one))
    return { waits, end: 'not-here', growth: 0, nots: [], endsAfterMs: undefined }
  }

  #place(position: Position): Place {
    const { items, index, count } = position.at(-1)!
    const { part } = items[index] as StepItem
    const { loop } = part
    const more = loop !== undefined && (loop.max === Infinity || count < loop.max)
    const waits = more ? [this.#again(position)] : []
    const onward: Onward[] = []
    const enough = count >= (loop?.min ?? 1)
    const ends = enough && onwardFrom(position, onward)
    for (const one of onward) waits.push(this.#wait(position, one))
    const growth = waits.reduce((bits, { greedy }, bit) => (greedy ? bits | (1 << bit) : bits), 0)
    const nots = notsAfter(position)
    const limits = nots.flatMap(({ withinMs }) => (withinMs === undefined ? [] : [withinMs]))
    const endsAfterMs = ends && limits.length > 0 ? Math.min(...limits) : undefined
    return { waits, end: ends ? endOf(nots, growth) : 'not-here', growth, nots, endsAfterMs }
  }

  /** Another record of the same step. */
  #again(position: Position): Wait {
    const frame = position.at(-1)!
    const item = frame.items[frame.index] as StepItem
    const count = Math.min(frame.count + 1, countsKept(item.part))
    const at = [...position.slice(0, -1), { ...frame, count }]
    // A loop is also watched by what must not follow it.
    const { gap, greedy } = item.part.loop!
    const onward = { item, position: at, gap, nots: notsAfter(position), opens: undefined, greedy }
    return this.#wait(position, onward, true)
  }

  #wait(from: Position, onward: Onward, again = false): Wait {
    const { item, position, gap, nots, opens, greedy } = onward
    const { part, number } = item
    return {
      step: number,
      fits: part.fits,
      gap,
      greedy,
      untils: untilsOf(from, position, again),
      opens,
      withinMs: part.withinMs,
      nots,
      place: this.#numbers.get(nameOf(position))!,
    }
  }
}

function nameOf(position: Position): string {
  return position.map(({ index, count }) => `${index}:${count}`).join('/')
}

function endOf(nots: readonly NumberedNot[], growth: number): End {
  if (nots.length > 0) return nots.every(({ onlyNext }) => onlyNext) ? 'after-next' : 'after-within'
  return growth === 0 ? 'at-once' : 'when-grown'
}

/** What ends the loops of a position, for one who waits for it at another: `again` if that is for the same step. */
function untilsOf(from: Position, to: Position, again: boolean): Until[] {
  return to.flatMap(({ items, index }, depth) => {
    const item = items[index]!
    const fits = item.part.loop?.until
    if (fits === undefined) return []
    if (!('items' in item)) return [{ fits, stops: again, step: item.number, rounds: item.rounds }]
    const stops = to.slice(0, depth + 1).every((frame, level) => from[level]?.index === frame.index)
    return [{ fits, stops, step: -1, rounds: item.rounds }]
  })
}
