import {
  flattened,
  type Gap,
  type GroupPart,
  type Loop,
  type NotPart,
  type PatternPart,
  type StepPart,
} from './parts.ts'

/** A step with its place in the pattern. */
export interface NumberedStep extends StepPart {
  /** The groups that come again which it is in, outermost first. */
  readonly rounds: readonly Round[]
}

/** A group that comes again. */
export interface Round {
  /** That of a group that it is in is smaller. */
  readonly id: number
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
  readonly rounds: readonly Round[]
  readonly number: number
  readonly nots: readonly NumberedNot[]
}

export interface GroupItem {
  readonly part: GroupPart
  readonly items: readonly Item[]
  readonly nots: readonly NumberedNot[]
  /** Those that it is in, without itself. */
  readonly rounds: readonly Round[]
  readonly id: number
}

/** Where one is in a list of items: at which, and how many records it has taken, or in which round it is. */
export interface Frame {
  readonly items: readonly Item[]
  readonly index: number
  readonly count: number
}

/** Where one is in a pattern: in a list, in a group in it, and so on down to a step. */
export type Position = readonly Frame[]

/** What may come next. */
interface Entry<I> {
  readonly item: I
  readonly position: Position
  readonly gap: Gap
  readonly nots: readonly NumberedNot[]
  /** The outermost group, by its id, of which a round begins with it. */
  readonly opens: number | undefined
}

/** A step that may come next. */
export interface Onward extends Entry<StepItem> {
  /** Whether a record that it takes is not for what may come besides it. Whether a group comes is not a greedy choice. */
  readonly greedy: boolean
}

/** The items of a pattern, and its steps by their numbers. */
export function itemsOf(parts: readonly PatternPart[]): { items: Item[]; steps: NumberedStep[] } {
  const steps: NumberedStep[] = []
  return { items: numbered(parts, steps, [], { next: 0 }), steps }
}

function numbered(
  parts: readonly PatternPart[],
  steps: NumberedStep[],
  rounds: readonly Round[],
  ids: { next: number },
): Item[] {
  const items: Item[] = []
  for (const part of parts) {
    const before = items.at(-1)
    if (part.kind === 'not')
      items[items.length - 1] = { ...before!, nots: [...before!.nots, { ...part, rounds }] }
    else if (part.kind === 'step') {
      items.push({ part, rounds, number: steps.length, nots: [] })
      steps.push({ ...part, rounds })
    } else {
      const count = flattened(part.parts).filter(({ kind }) => kind === 'step').length
      const round = { id: ids.next++, first: steps.length, last: steps.length + count - 1 }
      const inner = part.loop === undefined ? rounds : [...rounds, round]
      items.push({ part, items: numbered(part.parts, steps, inner, ids), nots: [], rounds, id: round.id })
    }
  }
  return items
}

/** Where no record has been taken. */
export function beginning(items: readonly Item[]): Position {
  return [{ items, index: -1, count: 0 }]
}

/** All positions at steps in a list, in their order. */
export function positionsIn(items: readonly Item[], outer: Position = []): Position[] {
  return items.flatMap((item, index) =>
    Array.from({ length: countsKept(item.part) }, (_, counted) => {
      const position = [...outer, { items, index, count: counted + 1 }]
      return 'items' in item ? positionsIn(item.items, position) : [position]
    }).flat(),
  )
}

/** What must not follow the item that one is at, be it said after the group that it ends. */
export function notsAfter(position: Position): readonly NumberedNot[] {
  const { items, index } = position.at(-1)!
  const isLast = index === items.length - 1 && position.length > 1
  return isLast ? notsAfter(position.slice(0, -1)) : (items[index]?.nots ?? [])
}

/** How far an item must count: once it has enough of an unbounded loop, it stays where it is. */
export function countsKept({ loop }: { readonly loop: Loop | undefined }): number {
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
    enter({ item, position: at, gap: item.part.gap, nots: [...nots], opens: undefined }, waits)
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
    const at = [...position.slice(0, -1), { ...frame, count }]
    enter({ item: group, position: at, gap: loop.gap, nots: [], opens: undefined }, waits)
  }
  return frame.count >= (loop?.min ?? 1) && onwardFrom(position, waits)
}

/** The steps that an item may begin with. */
function enter(entry: Entry<Item>, waits: Onward[]): void {
  const { item, position, gap, nots } = entry
  if (!('items' in item)) {
    waits.push({ ...entry, item, greedy: item.part.loop?.greedy ?? false })
    return
  }
  const opens = entry.opens ?? (item.part.loop === undefined ? undefined : item.id)
  const before = waits.length
  for (const [index, inner] of item.items.entries()) {
    const at = [...position, { items: item.items, index, count: 1 }]
    enter({ item: inner, position: at, gap: index === 0 ? gap : inner.part.gap, nots, opens }, waits)
    if (!inner.part.optional) break
  }
  for (let index = before; index < waits.length; index += 1)
    waits[index] = { ...waits[index]!, greedy: false }
}
