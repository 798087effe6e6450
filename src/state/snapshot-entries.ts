import type { Snapshot } from '../contract/snapshot.ts'
import { decodeCbor } from './cbor.ts'
import type { Key } from './key.ts'

/** What a snapshot holds of a key. */
export interface SnapshotStateEntry {
  /** For windows, the start of a slice of time; else 0. */
  readonly namespace: number
  readonly key: Key
  readonly value: unknown
}

type Part = {
  readonly namespaces: readonly (readonly [number, readonly (readonly [number, Entries])[]])[]
}
type Entries = readonly (readonly [Key, unknown])[]

/** All that a snapshot of an operator holds, by namespace, key group and key. */
export function* snapshotEntries({ parts: [first, ...state] }: Snapshot): Generator<SnapshotStateEntry> {
  const header: unknown = first === undefined ? undefined : decodeCbor(first)
  // A broadcast table has all it keeps in its first part.
  if (Array.isArray(header) && Array.isArray(header[1])) {
    for (const [key, value] of header[1] as Entries) yield { namespace: 0, key, value }
  }
  for (const content of state) {
    for (const [namespace, groups] of (decodeCbor(content) as Part).namespaces)
      for (const [, entries] of groups) for (const [key, value] of entries) yield { namespace, key, value }
  }
}
