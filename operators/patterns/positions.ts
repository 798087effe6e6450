import {
  flattened,
  type Gap,
  type GroupPart,
  type NotPart,
  type PatternPart,
  type StepPart,
} from './parts.ts'

/** A step with its place in the pattern. */
export interface NumberedStep extends StepPart {
  /** The groups that come again which it is in, outermost first, each by the number of its first step. */
  readonly rounds: readonly Round[]
}

/** A group that comes again. */
export interface Round {
  /** The number of its first step. */
  readonly first: number
  /** The number of its last step. */
  readonly last: number
}

/** What must not be, and the rounds in which it is said. */
export interface NumberedNot extends NotPart {
  readonly rounds: readonly Round[]
}

/** A step or a group, and what must not be between it and the next one. */
export type Item = StepItem | GroupItem

export interface StepItem {
  readonly part: StepPart
  readonly number: number
  readonly nots: readonly NumberedNot[]
}

export interface GroupItem {
  readonly part: GroupPart
  readonly items: readonly Item[]
  readonly nots: readonly NumberedNot[]
}

/** Where one is in a list of items: at which, and how many records it has taken, or in which round it is. */
export interface Frame {
  readonly items: readonly Item[]
  readonly index: number
  readonly count: number
}

/** Where one is in a pattern: in a list, in a group in it, and so on down to a step. */
export type Position = readonly Frame[]

/** A step that may come next. */
export interface Onward {
  readonly item: StepItem
  readonly position: Position
  readonly gap: Gap
  readonly nots: readonly NumberedNot[]
  /** Whether a round of a group begins with it. */
  readonly opens: boolean
  /** Whether a record that it takes is not for what may come besides it. Whether a group comes is not a greedy choice. */
  readonly greedy: boolean
}

/** The items of a pattern, and its steps by their numbers. */
export function itemsOf(parts: readonly PatternPart[]): { items: Item[]; steps: NumberedStep[] } {
  const steps: NumberedStep[] = []
  return { items: numbered(parts, steps, []), steps }
}

function numbered(parts: readonly PatternPart[], steps: NumberedStep[], rounds: readonly Round[]): Item[] {
  const items: Item[] = []
  for (const part of parts) {
    const before = items.at(-1)
    if (part.kind === 'not')
      items[items.length - 1] = { ...before!, nots: [...before!.nots, { ...part, rounds }] }
    else if (part.kind === 'step') {
      items.push({ part, number: steps.length, nots: [] })
      steps.push({ ...part, rounds })
    } else {
      const count = flattened(part.parts).filter(({ kind }) => kind === 'step').length
      const round = { first: steps.length, last: steps.length + count - 1 }
      const inner = part.loop === undefined ? rounds : [...rounds, round]
      items.push({ part, items: numbered(part.parts, steps, inner), nots: [] })
    }
  }
  return items
}

/** Where no record has been taken. */
export function beginning(items: readonly Item[]): Position {
  return [{ items, index: -1, count: 0 }]
}

/** What must not follow the item that one is at, be it said after the group that it ends. */
export function notsAfter(position: Position): readonly NumberedNot[] {
  const { items, index } = position.at(-1)!
  const isLast = index === items.length - 1 && position.length > 1
  return isLast ? notsAfter(position.slice(0, -1)) : (items[index]?.nots ?? [])
}

/** How far an item must count: once it has enough of an unbounded loop, it stays where it is. */
export function countsKept({ loop }: Item['part']): number {
  if (loop === undefined) return 1
  return loop.max === Infinity ? loop.min : loop.max
}

/** The steps that may come after the item that one is at, and whether the pattern may end there. */
export function onwardFrom(position: Position, waits: Onward[]): boolean {
  const outer = position.slice(0, -1)
  const { items, index } = position.at(-1)!
  const nots = [...(items[index]?.nots ?? [])]
  for (const [offset, item] of items.slice(index + 1).entries()) {
    const at = [...outer, { items, index: index + 1 + offset, count: 1 }]
    waits.push(entry(item, at, item.part.gap, nots, false))
    if (!item.part.optional) return false
    nots.push(...item.nots)
  }
  return outer.length === 0 || roundOver(outer, waits)
}

/** A round of the group that one is at is over: another may begin, or what comes after the group. */
function roundOver(position: Position, waits: Onward[]): boolean {
  const frame = position.at(-1)!
  const group = frame.items[frame.index] as GroupItem
  const { loop } = group.part
  if (loop !== undefined && (loop.max === Infinity || frame.count < loop.max)) {
    const count = Math.min(frame.count + 1, countsKept(group.part))
    waits.push(entry(group, [...position.slice(0, -1), { ...frame, count }], loop.gap, [], true))
  }
  return frame.count >= (loop?.min ?? 1) && onwardFrom(position, waits)
}

/** The first step of an item. */
function entry(
  item: Item,
  position: Position,
  gap: Gap,
  nots: readonly NumberedNot[],
  opens: boolean,
): Onward {
  if (!('items' in item)) {
    const greedy = item.part.loop?.greedy ?? false
    return { item, position, gap, nots: [...nots], opens, greedy }
  }
  const inner = [...position, { items: item.items, index: 0, count: 1 }]
  return { ...entry(item.items[0]!, inner, gap, nots, opens || item.part.loop !== undefined), greedy: false }
}
