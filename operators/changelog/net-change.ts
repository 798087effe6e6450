import type { Change } from '../../src/contract/change.ts'
import { sameRow } from './same-row.ts'

/** What leads from one row of a key to another; `undefined` is no row. Nothing if they say the same. */
export function netChange<K>(key: K, before: unknown, value: unknown): Change<K, unknown> | undefined {
  if (before === undefined) return value === undefined ? undefined : { op: 'insert', key, value }
  if (value === undefined) return { op: 'delete', key, before }
  return sameRow(before, value) ? undefined : { op: 'update', key, value, before }
}
