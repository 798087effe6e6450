/** What a checkpoint could not bring back as it is. */
export interface Unkeepable {
  /** The way to it from the value that was looked through, by its first few names. */
  readonly path: string
  /** In words, such as `a function`. */
  readonly kind: string
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
  if (Array.isArray(value) || value instanceof Set) return eachPlain(value, depth)
  if (value instanceof Map) return eachPlain(value.keys(), depth) && eachPlain(value.values(), depth)
  if (value instanceof Date || ArrayBuffer.isView(value)) return true
  return isPlainObject(value) && eachPlain(Object.values(value), depth)
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
