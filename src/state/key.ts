/** What records can be keyed by. Strings and numbers survive every encoding and compare in one way only. */
export type Key = string | number

/** The order of keys in results: numbers before strings, each by its own order. Independent of arrival and sharding. */
export function compareKeys(a: Key, b: Key): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}
