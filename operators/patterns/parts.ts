/** What may lie between two records of a match that follow each other. */
export type Gap = 'strict' | 'relaxed' | 'any'

/** Whether a record fits, given the records of the match so far by the names of their steps. */
export type Condition = (value: unknown, soFar: unknown) => boolean

/** A step that takes records. */
export interface StepPart {
  readonly kind: 'step'
  readonly name: string
  /** Between the first record of the step and the one before it. */
  readonly gap: Gap
  readonly fits: Condition
  readonly loop: Loop | undefined
  readonly optional: boolean
  /** The time from the record before to each of its own must be shorter. */
  readonly withinMs: number | undefined
}

/** How a step takes several records, or how often a group comes. */
export interface Loop {
  readonly min: number
  /** May be infinite. */
  readonly max: number
  /** Between the records of the step, or between rounds of the group. */
  readonly gap: Gap
  readonly greedy: boolean
  readonly until: Condition | undefined
}

/** Something that must not be: right after the record before, or anywhere before the record that follows. */
export interface NotPart {
  readonly kind: 'not'
  readonly onlyNext: boolean
  readonly fits: Condition
  /** At the end of a pattern: for how long after the last record. */
  readonly withinMs: number | undefined
}

/** Parts that are there or not, and come again, together. */
export interface GroupPart {
  readonly kind: 'group'
  /** Between the first record of the group and the one before it. */
  readonly gap: Gap
  readonly parts: readonly PatternPart[]
  /** A `within` that the pattern had of which the group is made: there can be none. */
  readonly withinMs: number | undefined
  readonly loop: Loop | undefined
  readonly optional: boolean
}

export type PatternPart = StepPart | NotPart | GroupPart

/** A pattern as data. */
export interface PatternData {
  readonly parts: readonly PatternPart[]
  readonly withinMs: number | undefined
}

/** What plans and checkpoints say of a pattern, such as `start, next fall+ greedy, next rise`. */
export function describePattern({ parts, withinMs }: PatternData): string {
  return listWords(parts) + (withinMs === undefined ? '' : ` within ${withinMs}ms`)
}

const verbs = { strict: 'next', relaxed: 'followedBy', any: 'followedByAny' } as const
const inside = { strict: ' consecutive', relaxed: '', any: ' combinations' } as const

function listWords(parts: readonly PatternPart[]): string {
  return parts
    .map((part, index) => (part.kind === 'not' ? notWords(part) : stepWords(part, index)))
    .join(', ')
}

function notWords({ onlyNext, withinMs }: NotPart): string {
  return `${onlyNext ? 'notNext' : 'notFollowedBy'}${limitWords(withinMs)}`
}

function stepWords(part: StepPart | GroupPart, index: number): string {
  const { gap, loop, optional } = part
  const times = loop === undefined ? '' : `{${loop.min},${loop.max === Infinity ? '' : loop.max}}`
  const how = loop === undefined ? '' : inside[loop.gap] + (loop.greedy ? ' greedy' : '')
  const until = loop?.until === undefined ? '' : ' until'
  const what = part.kind === 'step' ? part.name : `(${listWords(part.parts)})`
  const limit = part.kind === 'step' ? limitWords(part.withinMs) : ''
  return `${index === 0 ? '' : `${verbs[gap]} `}${what}${times}${optional ? '?' : ''}${how}${until}${limit}`
}

function limitWords(withinMs: number | undefined): string {
  return withinMs === undefined ? '' : ` within ${withinMs}ms of the one before`
}

/** The steps of a pattern and what must not be, in their order, out of their groups. */
export function flattened(parts: readonly PatternPart[]): (StepPart | NotPart)[] {
  return parts.flatMap((part) => (part.kind === 'group' ? flattened(part.parts) : [part]))
}
