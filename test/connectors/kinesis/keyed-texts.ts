import { expect } from 'vitest'

/** `key n`, with all keys in turn. */
export function made(count: number, from = 0, keys = 10): string[] {
  return Array.from({ length: count }, (_, index) => `k${(from + index) % keys} ${from + index}`)
}

/** Everything once, and each key's records in their order. */
export function expectAll(read: readonly string[], put: readonly string[]): void {
  expect([...read].sort()).toEqual([...put].sort())
  const byKey = (texts: readonly string[]) => {
    const keys: Record<string, string[]> = {}
    for (const text of texts) keys[text.split(' ')[0]!] = [...(keys[text.split(' ')[0]!] ?? []), text]
    return keys
  }
  expect(byKey(read)).toEqual(byKey(put))
}
