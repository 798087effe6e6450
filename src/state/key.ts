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

/**
 * What a key selector gave, if it can be a key.
 *
 * @param verb Whose selector it is.
 * @throws MillraceError `KEY_INVALID`
 */
export function checkedKey(key: unknown, verb = 'keyBy'): Key {
  if (typeof key === 'string' || typeof key === 'bigint' || Number.isFinite(key)) return key as Key
  const got = typeof key === 'number' ? String(key) : key === null ? 'null' : `a value of type ${typeof key}`
  throw new MillraceError(
    'KEY_INVALID',
    `${verb} gave ${got}: a key is a string, a finite number or a bigint`,
  )
}

function rank(key: Key): number {
  return ranks[typeof key as keyof typeof ranks]
}
