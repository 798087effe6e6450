import { canonicalText } from '../aggregates/canonical-text.ts'

/** Whether two rows say the same, so that there is no change to tell. */
export function sameRow(a: unknown, b: unknown): boolean {
  if (!isPlain(a) || !isPlain(b)) return same(a, b)
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  for (const name of names) if (!same(a[name], b[name])) return false
  return true
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  return typeof a === 'object' && typeof b === 'object' && canonicalText(a) === canonicalText(b)
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
