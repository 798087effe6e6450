import { MillraceError } from '../../src/errors.ts'

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
}

/** How a step takes several records. */
export interface Loop {
  readonly min: number
  /** May be infinite. */
  readonly max: number
  /** Between the records of the step. */
  readonly gap: Gap
  readonly greedy: boolean
  readonly until: Condition | undefined
}

/** Something that must not be: right after the record before, or anywhere before the record that follows. */
export interface NotPart {
  readonly kind: 'not'
  readonly onlyNext: boolean
  readonly fits: Condition
}

export type PatternPart = StepPart | NotPart

/** A pattern as data. */
export interface PatternData {
  readonly parts: readonly PatternPart[]
  readonly withinMs: number | undefined
}

/** What plans and checkpoints say of a pattern, such as `start, next fall+ greedy, next rise`. */
export function describePattern({ parts, withinMs }: PatternData): string {
  const words = parts.map((part, index) => (part.kind === 'not' ? notWords(part) : stepWords(part, index)))
  return words.join(', ') + (withinMs === undefined ? '' : ` within ${withinMs}ms`)
}

const verbs = { strict: 'next', relaxed: 'followedBy', any: 'followedByAny' } as const
const inside = { strict: ' consecutive', relaxed: '', any: ' combinations' } as const

function notWords({ onlyNext }: NotPart): string {
  return onlyNext ? 'notNext' : 'notFollowedBy'
}

function stepWords({ name, gap, loop, optional }: StepPart, index: number): string {
  const times = loop === undefined ? '' : `{${loop.min},${loop.max === Infinity ? '' : loop.max}}`
  const how = loop === undefined ? '' : inside[loop.gap] + (loop.greedy ? ' greedy' : '')
  const until = loop?.until === undefined ? '' : ' until'
  return `${index === 0 ? '' : `${verbs[gap]} `}${name}${times}${optional ? '?' : ''}${how}${until}`
}

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
  const names = parts.flatMap((part) => (part.kind === 'step' ? [part.name] : []))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return `has two steps named "${twice}"`
  const optional = parts.filter((part) => part.kind === 'step' && part.optional).length
  if (optional > mostOptional) return `has ${optional} optional steps, more than ${mostOptional}`
  if (withinMs !== undefined && !(withinMs > 0)) return 'has a `within` of no time'
  const faults = parts.map((part, index) => faultOfPart(part, parts, index))
  return faults.find((fault) => fault !== undefined) ?? faultAtEnd(parts, withinMs)
}

function faultOfPart(part: PatternPart, parts: readonly PatternPart[], index: number): string | undefined {
  const before = parts[index - 1]
  if (part.kind === 'not') {
    const open = before?.kind === 'step' && before.optional
    return open
      ? `says after the optional "${before.name}" what must not follow: write it as two patterns`
      : undefined
  }
  const { name, loop } = part
  if (part.optional && before?.kind === 'step' && before.loop?.greedy === true)
    return `has the optional "${name}" after the greedy "${before.name}"`
  if (loop === undefined) return undefined
  if (!Number.isSafeInteger(loop.min) || loop.min < 1) return `wants "${name}" ${loop.min} times`
  if (loop.max !== Infinity && !(Number.isSafeInteger(loop.max) && loop.max >= loop.min))
    return `wants "${name}" from ${loop.min} to ${loop.max} times`
  if (loop.greedy && loop.gap === 'any') return `wants "${name}" greedy and in all combinations at once`
  return undefined
}

function faultAtEnd(parts: readonly PatternPart[], withinMs: number | undefined): string | undefined {
  const lastStep = parts.findLastIndex((part) => part.kind === 'step')
  const nots = parts.slice(lastStep + 1)
  const lastNot = parts.findLastIndex((part) => part.kind === 'not')
  const rest = parts.slice(lastNot + 1)
  if (lastNot >= 0 && rest.length > 0 && rest.every((part) => part.kind === 'step' && part.optional))
    return 'has only optional steps after what must not follow'
  if (withinMs !== undefined) return undefined
  if (nots.some((part) => part.kind === 'not' && !part.onlyNext))
    return 'ends in notFollowedBy: say with `within` for how long'
  const last = parts[lastStep]
  return nots.length === 0 && last?.kind === 'step' && last.loop?.greedy === true
    ? `ends in the greedy "${last.name}": say with \`within\` when it is over`
    : undefined
}
