import { MillraceError } from '../errors.ts'

/** What records can be keyed by. These survive every encoding and compare in one way only. */
export type Key = string | number | bigint

const ranks = { number: 0, bigint: 1, string: 2 } as const

/**
 * The order of keys in results: numbers, then bigints, then strings, each by its own order. Independent of arrival and
 * sharding.
 */
export function compareKeys(a: Key, b: Key): number {
  if (typeof a !== typeof b) return rank(a) - rank(b)
  return a < b ? -1 : a > b ? 1 : 0
}

/** Half of a pair of surrogates, without the other. */
const halfCharacter = /\p{Surrogate}/u

/** A longer text is cut in messages. */
const longestShown = 100

/** A key in messages, where `'1'`, `1` and `1n` must not look alike. */
export function keyText(key: Key): string {
  if (typeof key !== 'string') return typeof key === 'bigint' ? `${key}n` : String(key)
  return key.length > longestShown ? `${JSON.stringify(key.slice(0, longestShown))}…` : JSON.stringify(key)
}

/**
 * What a key selector gave, if it can be a key.
 *
 * @param verb Whose selector it is.
 * @throws MillraceError `KEY_INVALID`
 */
export function checkedKey(key: unknown, verb = 'keyBy'): Key {
  if (typeof key === 'bigint' || Number.isFinite(key)) return key as Key
  if (typeof key === 'string' && !halfCharacter.test(key)) return key
  throw new MillraceError(
    'KEY_INVALID',
    `${verb} gave ${described(key)}: a key is a string, a finite number or a bigint`,
  )
}

function described(key: unknown): string {
  if (key === undefined || key === null || typeof key === 'number') return String(key)
  // Its bytes would be those of other such texts too.
  if (typeof key === 'string') return 'a text with half a character (a lone surrogate)'
  return key instanceof Promise
    ? 'a promise (its function must not be async)'
    : `a value of type ${typeof key}`
}

function rank(key: Key): number {
  return ranks[typeof key as keyof typeof ranks]
}
