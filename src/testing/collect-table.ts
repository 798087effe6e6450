import type { Change } from '../contract/change.ts'
import type { Sink } from '../contract/sink.ts'
import { collectSink } from './collect-sink.ts'

/** A sink that keeps in memory what the committed changes make, for tests. */
export interface CollectTable<K, V> extends Sink<Change<K, V>> {
  /** The committed changes, in their order. */
  readonly changes: readonly Change<K, V>[]
  /** The last row of each key. */
  readonly table: ReadonlyMap<K, V>
}

/**
 * A sink of a changelog for tests: exactly once, and it shows only what a checkpoint has committed.
 *
 * @example
 * collectTable<string, { cents: number }>().table.size // 0
 */
export function collectTable<K, V>(): CollectTable<K, V> {
  const sink = collectSink<Change<K, V>>()
  return {
    ...sink,
    changes: sink.rows,
    get table() {
      return tableOf(sink.rows)
    },
  }
}

function tableOf<K, V>(changes: readonly Change<K, V>[]): ReadonlyMap<K, V> {
  const table = new Map<K, V>()
  for (const change of changes) {
    if (change.op === 'delete') table.delete(change.key)
    else table.set(change.key, change.value)
  }
  return table
}
