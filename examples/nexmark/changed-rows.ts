import type { Change, Step, Stream } from 'millrace'
import { map } from 'millrace/operators'

/** Makes another row of each row of a changelog; the key of the row is at hand. */
export function changedRows<K, V, R>(
  rowOf: (row: V, key: K) => R,
): Step<Stream<Change<K, V>>, Stream<Change<K, R>>> {
  return map((change: Change<K, V>): Change<K, R> => {
    const { key } = change
    if (change.op === 'insert') return { op: 'insert', key, value: rowOf(change.value, key) }
    if (change.op === 'delete') return { op: 'delete', key, before: rowOf(change.before, key) }
    return { op: 'update', key, value: rowOf(change.value, key), before: rowOf(change.before, key) }
  })
}
