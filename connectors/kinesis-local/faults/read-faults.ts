import { MillraceError } from '../../../src/errors.ts'
import { type Duration, milliseconds } from '../../../src/units.ts'
import type { Fault, FaultKind, FaultPlan } from './fault.ts'
import { type FaultParameter, faultKinds } from './fault-kinds.ts'

const mostFaults = 100
const largestSeed = 2 ** 32 - 1
const longestDelay = '1h'

type Fields = Readonly<Record<string, unknown>>

/**
 * A plan of faults from a value that anybody may have written, such as parsed JSON: a {@link FaultPlan}, or only the
 * list of its faults.
 *
 * @throws MillraceError OPTION_INVALID, which names the place and what belongs there.
 * @example
 * readFaults([{ kind: 'throttle', rate: 0.1 }]) // { faults: [{ kind: 'throttle', rate: 0.1 }] }
 */
export function readFaults(value: unknown): FaultPlan {
  if (Array.isArray(value)) return { faults: faultsOf(value) }
  const { seed, faults } = fieldsOf(value, 'the plan', ['seed', 'faults'])
  if (seed === undefined) return { faults: faultsOf(faults) }
  whole(seed, 'seed', largestSeed)
  return { seed, faults: faultsOf(faults) }
}

function faultsOf(list: unknown): Fault[] {
  if (!Array.isArray(list)) throw wrong('faults', 'a list of faults', list)
  if (list.length > mostFaults) throw wrong('faults', `at most ${mostFaults} faults`, list.length)
  return Array.from(list, (fault: unknown, index) => {
    checkFault(fault, `faults[${index}]`)
    return structuredClone(fault)
  })
}

function checkFault(value: unknown, path: string): asserts value is Fault {
  const { kind } = fieldsOf(value, path)
  const name = isKind(kind) ? kind : undefined
  if (name === undefined) throw wrong(`${path}.kind`, `one of ${Object.keys(faultKinds).join(', ')}`, kind)
  const { required = [], optional = [] } = faultKinds[name]
  const fields = fieldsOf(value, path, ['kind', ...Object.keys(aim), ...required, ...optional])
  const missing = required.find((parameter) => fields[parameter] === undefined)
  if (missing !== undefined) throw invalid(`${path} of kind ${name} needs ${missing}`)
  for (const [field, given] of Object.entries(fields)) {
    if (given !== undefined) fieldChecks[field]?.(given, `${path}.${field}`, name)
  }
}

type Check = (value: unknown, path: string, kind: FaultKind) => void

const aim: Readonly<Record<string, Check>> = {
  operations: operationsOf,
  stream: (value, path) => text(value, path, /^[\w.-]{1,128}$/, 'the name of a stream'),
  shard: (value, path) => text(value, path, /^shardId-\d{12}$/, 'the id of a shard: shardId-000000000000'),
  rate: (value, path) => share(value, path, 'a number from 0 to 1', (given) => given >= 0),
  count: (value, path) => whole(value, path, Number.MAX_SAFE_INTEGER),
}

const parameters: Readonly<Record<FaultParameter, Check>> = {
  delay: delayOf,
  share: (value, path) => share(value, path, 'a number above 0 and up to 1', (given) => given > 0),
  error: (value, path, kind) => {
    const { errors = [] } = faultKinds[kind]
    if (!errors.some((error) => error === value)) throw wrong(path, `one of ${errors.join(', ')}`, value)
  },
}

const fieldChecks: Readonly<Record<string, Check>> = { ...aim, ...parameters }

function operationsOf(value: unknown, path: string, kind: FaultKind): void {
  const known = faultKinds[kind].operations
  if (!Array.isArray(value) || value.length === 0 || value.length > known.length) {
    throw wrong(path, 'a list of operations', value)
  }
  for (const [index, name] of value.entries()) {
    if (known.includes(name)) continue
    throw wrong(`${path}[${index}]`, `an operation that ${kind} can strike: ${known.join(', ')}`, name)
  }
}

function delayOf(value: unknown, path: string): void {
  const wanted = `a duration such as "500ms", up to "${longestDelay}"`
  if (typeof value !== 'string' || value.length > 40) throw wrong(path, wanted, value)
  try {
    if (milliseconds(value as Duration) <= milliseconds(longestDelay)) return
  } catch {
    // No duration at all: said below, with the same words as one that is too long.
  }
  throw wrong(path, wanted, value)
}

function text(value: unknown, path: string, pattern: RegExp, wanted: string): void {
  if (typeof value !== 'string' || !pattern.test(value)) throw wrong(path, wanted, value)
}

function share(value: unknown, path: string, wanted: string, isEnough: (value: number) => boolean): void {
  if (typeof value !== 'number' || !isEnough(value) || !(value <= 1)) throw wrong(path, wanted, value)
}

function whole(value: unknown, path: string, most: number): asserts value is number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return
  throw wrong(path, `a whole number from 0 to ${most}`, value)
}

/** The fields of an object; of these names only, if they are given: a typing error is not left unsaid. */
function fieldsOf(value: unknown, path: string, allowed?: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(path, 'an object', value)
  const fields: Fields = { ...value }
  const unknown = Object.keys(fields).find((name) => allowed !== undefined && !allowed.includes(name))
  if (unknown === undefined) return fields
  throw invalid(`${path} has ${shown(unknown)}; known here: ${allowed?.join(', ')}`)
}

function isKind(value: unknown): value is FaultKind {
  return typeof value === 'string' && Object.hasOwn(faultKinds, value)
}

function wrong(path: string, wanted: string, given: unknown): MillraceError {
  return invalid(`${path} must be ${wanted}; it is ${shown(given)}`)
}

function invalid(happened: string): MillraceError {
  return new MillraceError('OPTION_INVALID', happened)
}

/** What was given, as far as it fits on a line. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
