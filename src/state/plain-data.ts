import { MillraceError } from '../errors.ts'
import { type Key, keyText } from './key.ts'

/** What a checkpoint could not bring back as it is. */
export interface Unkeepable {
  /** The way to it from the value that was looked through, by its first few names. */
  readonly path: string
  /** In words, such as `a function`. */
  readonly kind: string
}

/**
 * Refuses a state of a key that a checkpoint could not bring back.
 *
 * @param placeOf What messages call a place in it.
 * @throws MillraceError `STATE_INVALID`
 */
export function checkState(key: Key, state: unknown, placeOf = (path: string) => path): void {
  if (isPlainData(state)) return
  const { path, kind } = unkeepable(state)
  const place = placeOf(path)
  throw new MillraceError(
    'STATE_INVALID',
    `the state of the key ${keyText(key)} holds ${kind}${place === '' ? '' : ` at ${place}`}: a checkpoint could not bring it back`,
  )
}

/** Deeper than anything that is meant to be data. What goes round in a circle gets there too. */
const maxDepth = 200
const namesInPath = 5

/**
 * Whether a value is made of numbers, texts, booleans, bigints, dates, bytes, arrays, maps, sets and plain objects
 * alone. Anything else would fail to be encoded, or silently come back as something else.
 */
export function isPlainData(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null)
    return typeof value !== 'function' && typeof value !== 'symbol'
  if (depth > maxDepth) return false
  if (isPlainObject(value)) return eachPlain(Object.values(value), depth)
  if (!isContainer(value)) return false
  if (value instanceof Map) return eachPlain(value.keys(), depth) && eachPlain(value.values(), depth)
  return !(Array.isArray(value) || value instanceof Set) || eachPlain(value, depth)
}

/** The same of the value alone, without what is in it. */
export function isPlainOutside(value: unknown): boolean {
  if (typeof value !== 'object' || value === null)
    return typeof value !== 'function' && typeof value !== 'symbol'
  return isPlainObject(value) || isContainer(value)
}

/** What comes back as it was. What extends one of these would come back as another thing. */
function isContainer(value: object): boolean {
  if (ArrayBuffer.isView(value)) return !(value instanceof DataView)
  const isOne = Array.isArray(value) || value instanceof Map || value instanceof Set || value instanceof Date
  return isOne && isPlainObject(Object.getPrototypeOf(value))
}

/** The first thing in a value that {@link isPlainData} does not allow. */
export function unkeepable(value: unknown, depth = 0): Unkeepable {
  if (typeof value !== 'object' || value === null) return { path: '', kind: `a ${typeof value}` }
  if (depth > maxDepth) return { path: '', kind: 'a circle, or what is nested too deeply' }
  const found = partsOf(value).find(([, part]) => !isPlainData(part, depth + 1))
  if (found === undefined) return { path: '', kind: `an object of the class ${value.constructor?.name}` }
  const [name, part] = found
  const { path, kind } = unkeepable(part, depth + 1)
  const names = [String(name), path].filter((text) => text !== '')
  return { path: depth < namesInPath ? names.join('.') : path, kind }
}

function eachPlain(values: Iterable<unknown>, depth: number): boolean {
  for (const value of values) if (!isPlainData(value, depth + 1)) return false
  return true
}

/** Also of another realm, such as those of `vm`. */
function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function partsOf(value: object): (readonly [unknown, unknown])[] {
  if (value instanceof Map) return [...value, ...[...value.keys()].map((key) => ['a key', key] as const)]
  if (value instanceof Set) return [...value].map((member) => ['a member', member] as const)
  return Array.isArray(value) || isPlainObject(value) ? Object.entries(value) : []
}
