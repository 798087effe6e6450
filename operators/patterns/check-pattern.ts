import { MillraceError } from '../../src/errors.ts'
import { flattened, type GroupPart, type Loop, type PatternData, type PatternPart } from './parts.ts'
import { countsKept } from './positions.ts'

/** What a partial match waits for has one bit each. */
const mostOptional = 28

/**
 * Refuses what no sequence of records could mean.
 *
 * @throws MillraceError `JOB_INVALID`
 */
export function checkPattern(name: string, data: PatternData): void {
  const wrong = faultOf(data)
  if (wrong !== undefined) throw new MillraceError('JOB_INVALID', `the pattern of "${name}" ${wrong}`)
}

function faultOf({ parts, withinMs }: PatternData): string | undefined {
  const names = flattened(parts).flatMap((part) => (part.kind === 'step' ? [part.name] : []))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return `has two steps named "${twice}"`
  if (names.includes('')) return 'has a step without a name'
  if (names.includes('__proto__')) return 'has a step named "__proto__", which no property can be'
  const optional = waysOn(parts)
  if (optional > mostOptional) return `has ${optional} optional steps, more than ${mostOptional}`
  if (withinMs !== undefined && !(withinMs > 0)) return 'has a `within` of no time'
  return faultAtBeginning(parts) ?? faultOfList(parts) ?? faultOfSize(parts) ?? faultAtEnd(parts, withinMs)
}

/** Of each place there is a state of the automaton, made when the job is described: a few milliseconds for so many. */
const mostPlaces = 10_000

function faultOfSize(parts: readonly PatternPart[]): string | undefined {
  const places = placesIn(parts)
  return places > mostPlaces
    ? `counts up to ${places}, the times of groups by those of the steps in them: more than ${mostPlaces}. Say timesOrMore(…) with a smaller number, or count in the condition`
    : undefined
}

/** How many places a match can have come to, without making them. */
function placesIn(parts: readonly PatternPart[]): number {
  return parts.reduce((sum, part) => {
    if (part.kind === 'not') return sum
    return sum + countsKept(part) * (part.kind === 'group' ? placesIn(part.parts) : 1)
  }, 0)
}

function faultAtBeginning([first]: readonly PatternPart[]): string | undefined {
  return first?.kind === 'step' && first.loop === undefined && first.withinMs !== undefined
    ? `has a \`withinPrevious\` at "${first.name}", and nothing is before that`
    : undefined
}

/** How many steps and groups there are that leave open what comes next. */
function waysOn(parts: readonly PatternPart[]): number {
  return parts.reduce((sum, part) => {
    if (part.kind === 'not') return sum
    if (part.kind === 'step') return sum + (part.optional ? 1 : 0)
    return sum + waysOn(part.parts) + (part.optional ? 1 : 0) + (part.loop === undefined ? 0 : 1)
  }, 0)
}

function faultOfList(parts: readonly PatternPart[]): string | undefined {
  const faults = parts.map((part, index) => faultOfPart(part, parts, index))
  return faults.find((fault) => fault !== undefined)
}

function faultOfPart(part: PatternPart, parts: readonly PatternPart[], index: number): string | undefined {
  const before = parts[index - 1]
  const after = lastOf(parts.slice(0, index))
  if (part.kind !== 'group' && part.withinMs !== undefined && !(part.withinMs > 0))
    return 'has a `withinPrevious` of no time'
  if (part.kind === 'not') {
    if (before !== undefined && endsOpen(before))
      return 'says after a group that may come again or not at all what must not follow: write it as two patterns'
    if (part.withinMs !== undefined && (part.onlyNext || index < parts.length - 1))
      return 'says with `withinPrevious` how long nothing must follow: only a notFollowedBy at the end can'
    return after?.kind === 'step' && after.optional
      ? `says after the optional "${after.name}" what must not follow: write it as two patterns`
      : undefined
  }
  const what = part.kind === 'step' ? `"${part.name}"` : 'a group'
  if (part.optional && after?.kind === 'step' && after.loop?.greedy === true)
    return `has the optional ${what} after the greedy "${after.name}"`
  return faultOfLoop(part.loop, what) ?? (part.kind === 'group' ? faultOfGroup(part) : undefined)
}

/** Whether a part ends in a group that may come again, or not at all. */
function endsOpen(part: PatternPart): boolean {
  return part.kind === 'group' && (part.optional || part.loop !== undefined || endsOpen(part.parts.at(-1)!))
}

function faultOfLoop(loop: Loop | undefined, what: string): string | undefined {
  if (loop === undefined) return undefined
  if (!Number.isSafeInteger(loop.min) || loop.min < 1) return `wants ${what} ${loop.min} times`
  if (loop.max !== Infinity && !(Number.isSafeInteger(loop.max) && loop.max >= loop.min))
    return `wants ${what} from ${loop.min} to ${loop.max} times`
  if (loop.greedy && loop.gap === 'any') return `wants ${what} greedy and in all combinations at once`
  return undefined
}

function faultOfGroup({ parts, withinMs, loop }: GroupPart): string | undefined {
  if (withinMs !== undefined) return 'has a group with a `within` of its own: say it of the whole'
  const needed = parts.findIndex((part) => part.kind !== 'not' && !part.optional)
  if (needed < 0) return 'has a group of which nothing must be there: say of the group that it is optional'
  const greedy = parts.slice(0, needed).find((part) => part.kind === 'step' && part.loop?.greedy === true)
  if (greedy !== undefined) return 'has a group that begins with what is optional and greedy'
  const last = lastOf(parts)
  if (loop !== undefined && needed > 0 && last?.kind === 'step' && last.loop?.greedy === true)
    return `has a group that comes again and begins with what is optional after the greedy "${last.name}"`
  if (parts.at(-1)!.kind === 'not')
    return 'has a group that ends in what must not follow: say it after the group'
  return faultOfList(parts) ?? faultAfterNot(parts)
}

function lastOf(parts: readonly PatternPart[]) {
  return flattened(parts).at(-1)
}

/** Until when must it not follow, if nothing need follow? */
function faultAfterNot(parts: readonly PatternPart[]): string | undefined {
  const lastNot = parts.findLastIndex((part) => part.kind === 'not')
  const rest = parts.slice(lastNot + 1)
  return lastNot >= 0 && rest.length > 0 && rest.every((part) => part.kind !== 'not' && part.optional)
    ? 'has only optional steps after what must not follow'
    : undefined
}

function faultAtEnd(all: readonly PatternPart[], withinMs: number | undefined): string | undefined {
  const lastStep = all.findLastIndex((part) => part.kind !== 'not')
  const nots = all.slice(lastStep + 1)
  const fault = faultAfterNot(all)
  if (fault !== undefined || withinMs !== undefined) return fault
  if (nots.some((part) => part.kind === 'not' && !part.onlyNext && part.withinMs === undefined))
    return 'ends in notFollowedBy: say with `within` for how long'
  const last = lastOf(all.slice(0, lastStep + 1))
  return nots.length === 0 &&
    last?.kind === 'step' &&
    last.loop?.greedy === true &&
    last.withinMs === undefined
    ? `ends in the greedy "${last.name}": say with \`within\` when it is over`
    : undefined
}
