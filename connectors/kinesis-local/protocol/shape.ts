import { KinesisError } from './kinesis-error.ts'

interface Constraints {
  readonly required?: true
  readonly min?: number
  readonly max?: number
}

type TextMember = {
  readonly kind: 'string'
  readonly pattern?: RegExp
  readonly oneOf?: readonly string[]
} & Constraints

/** One member of an operation's input, with the constraints that the service model puts on it. */
export type Member =
  | TextMember
  | ({ readonly kind: 'integer' } & Constraints)
  | ({ readonly kind: 'boolean' } & Constraints)
  /** In the representation of the wire, which the {@link Wire} reads. */
  | ({ readonly kind: 'timestamp' | 'blob' } & Constraints)
  /** From texts to texts. */
  | ({ readonly kind: 'map'; readonly keys: TextMember; readonly values: TextMember } & Constraints)
  | ({ readonly kind: 'structure'; readonly members: Members } & Constraints)
  | ({ readonly kind: 'list'; readonly of: Member } & Constraints)

export type Members = { readonly [name: string]: Member }

type ValueOf<M extends Member> = M extends { kind: 'string' }
  ? string
  : M extends { kind: 'integer' }
    ? number
    : M extends { kind: 'boolean' }
      ? boolean
      : M extends { kind: 'structure'; members: infer S extends Members }
        ? InputOf<S>
        : M extends { kind: 'list'; of: infer I extends Member }
          ? readonly ValueOf<I>[]
          : M extends { kind: 'map' }
            ? { readonly [key: string]: string }
            : unknown

/** What {@link readInput} gives for a shape. */
export type InputOf<S extends Members> = {
  readonly [K in keyof S]: S[K] extends { required: true } ? ValueOf<S[K]> : ValueOf<S[K]> | undefined
}

/**
 * The input of an operation, once it fits its shape. `null` counts as absent, unknown members are ignored.
 *
 * @throws KinesisError SerializationException for a wrong type, ValidationException for a broken constraint.
 */
export function readInput<const S extends Members>(shape: S, input: unknown): InputOf<S> {
  const broken: string[] = []
  checkMembers(shape, input, '', broken)
  if (broken.length > 0) {
    const count = `${broken.length} validation error${broken.length > 1 ? 's' : ''} detected: `
    throw new KinesisError('ValidationException', count + broken.slice(0, 10).join('; '))
  }
  return input as InputOf<S>
}

function checkMembers(shape: Members, input: unknown, path: string, broken: string[]): void {
  if (!isObject(input)) throw wrongType(path || 'The input', 'a structure')
  for (const name in shape) {
    const member = shape[name] as Member
    if (input[name] === null) input[name] = undefined
    check(member, input[name], path, name, broken)
  }
}

function check(member: Member, value: unknown, path: string, name: string, broken: string[]): void {
  if (value === undefined) {
    if (member.required) broken.push(constraint('null', path + name, 'Member must not be null'))
  } else if (member.kind === 'string') {
    if (typeof value !== 'string') throw wrongType(path + name, 'a string')
    checkString(member, value, path + name, broken)
  } else if (member.kind === 'integer') {
    if (!Number.isInteger(value)) throw wrongType(path + name, 'an integer')
    checkRange(member, value as number, path + name, broken)
  } else if (member.kind === 'boolean') {
    if (typeof value !== 'boolean') throw wrongType(path + name, 'a boolean')
  } else if (member.kind === 'structure') {
    checkMembers(member.members, value, `${path}${name}.`, broken)
  } else if (member.kind === 'list') {
    checkList(member, value, path + name, broken)
  } else if (member.kind === 'map') {
    checkMap(member, value, path + name, broken)
  }
}

function checkString(member: TextMember, value: string, path: string, broken: string[]): void {
  const { min = 0, max = Number.POSITIVE_INFINITY, pattern, oneOf } = member
  const refuse = (rule: string) => broken.push(constraint(quoted(value), path, `Member must ${rule}`))
  if (isLonger(value, max)) return void refuse(`have length less than or equal to ${max}`)
  if (value.length < min) refuse(`have length greater than or equal to ${min}`)
  if (pattern !== undefined && !pattern.test(value)) {
    refuse(`satisfy regular expression pattern: ${pattern.source.replace(/^\^(?:\(\?:)?|\)?\$$/g, '')}`)
  }
  if (oneOf !== undefined && !oneOf.includes(value)) refuse(`satisfy enum value set: [${oneOf.join(', ')}]`)
}

/** Counts characters, not UTF-16 units. What is far too long is neither counted nor matched with a pattern. */
function isLonger(value: string, max: number): boolean {
  return value.length > max && (value.length > max * 2 || [...value].length > max)
}

function checkRange({ min, max }: Constraints, value: number, path: string, broken: string[]): void {
  const refuse = (rule: string) =>
    broken.push(constraint(`'${value}'`, path, `Member must have value ${rule}`))
  if (min !== undefined && value < min) refuse(`greater than or equal to ${min}`)
  if (max !== undefined && value > max) refuse(`less than or equal to ${max}`)
}

function checkList(member: Member & { kind: 'list' }, value: unknown, path: string, broken: string[]): void {
  if (!Array.isArray(value)) throw wrongType(path, 'a list')
  if (!hasLength(member, value.length, path, broken)) return
  for (let index = 0; index < value.length; index++) {
    check(member.of, value[index] ?? undefined, `${path}.`, `${index + 1}.member`, broken)
  }
}

function checkMap(member: Member & { kind: 'map' }, value: unknown, path: string, broken: string[]): void {
  if (!isObject(value)) throw wrongType(path, 'a map')
  const entries = Object.entries(value)
  if (!hasLength(member, entries.length, path, broken)) return
  for (const [key, one] of entries) {
    check(member.keys, key, `${path}.`, 'key', broken)
    check({ ...member.values, required: true }, one ?? undefined, `${path}.`, `${key}.member`, broken)
  }
}

function hasLength({ min = 0, max = Infinity }: Constraints, length: number, path: string, broken: string[]) {
  const refuse = (rule: string) =>
    broken.push(constraint(`'[${length} members]'`, path, `Member must have length ${rule}`))
  if (length < min) refuse(`greater than or equal to ${min}`)
  if (length > max) refuse(`less than or equal to ${max}`)
  return length <= max
}

/** Paths are made only for what is broken; a call of 500 records has none. */
function constraint(value: string, path: string, rule: string): string {
  const place = path.replaceAll(
    /(^|\.)([A-Z])/g,
    (_, dot: string, letter: string) => dot + letter.toLowerCase(),
  )
  return `Value ${value === 'null' ? '' : `${value} `}at '${place}' failed to satisfy constraint: ${rule}`
}

function quoted(value: string): string {
  return `'${value.length > 200 ? `${value.slice(0, 200)}…` : value}'`
}

function wrongType(path: string, wanted: string): KinesisError {
  return new KinesisError('SerializationException', `${path} must be ${wanted}`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
