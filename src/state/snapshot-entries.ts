import type { Snapshot } from '../contract/snapshot.ts'
import { decodeCbor } from './cbor.ts'
import type { Key } from './key.ts'
import { tableNamespace } from './namespaces.ts'
import { openStateContents } from './state-contents.ts'

/** What a snapshot holds of a key. */
export interface SnapshotStateEntry {
  /** For windows, the start of a slice of time; for a table of a broadcast -1; else 0. */
  readonly namespace: number
  readonly key: Key
  readonly value: unknown
}

/** All that a snapshot of an operator holds, by key group. */
export async function* snapshotEntries({
  parts: [first],
  layers = [],
}: Snapshot): AsyncGenerator<SnapshotStateEntry> {
  const header: unknown = first === undefined ? undefined : decodeCbor(first)
  // A table of a broadcast had all that it kept in its first part once.
  if (Array.isArray(header) && Array.isArray(header[1])) {
    for (const [key, value] of header[1] as (readonly [Key, unknown])[])
      yield { namespace: tableNamespace, key, value }
  }
  const contents = await openStateContents(layers)
  for (const { namespace, key, value } of contents.values()) yield { namespace, key, value }
}
