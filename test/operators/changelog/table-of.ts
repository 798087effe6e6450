import type { Change } from 'millrace'
import { expect } from 'vitest'

/** What a changelog makes, and that each change fits the row that it changes. */
export function tableOf<K, V>(changes: readonly Change<K, V>[]): Map<K, V> {
  const table = new Map<K, V>()
  for (const change of changes) {
    expect(table.get(change.key)).toEqual(change.op === 'insert' ? undefined : change.before)
    if (change.op === 'delete') table.delete(change.key)
    else table.set(change.key, change.value)
  }
  return table
}
