import type { Snapshot } from '../contract/snapshot.ts'
import { MillraceError } from '../errors.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'
import type { Journal } from './journal.ts'
import { JournaledMap } from './journaled-map.ts'
import type { Key } from './key.ts'
import { allKeyGroups, type KeyGroupRange, keyGroupOf } from './key-group.ts'

/** The values of all keys in one namespace. A value may be changed in place until the call into the operator returns. */
export interface StateMap<V> {
  readonly size: number
  get(key: Key): V | undefined
  set(key: Key, value: V): unknown
  delete(key: Key): unknown
  entries(): Iterable<[Key, V]>
}

/** Values per key and namespace; a namespace is a number, such as the start of a window. */
export interface KeyedState<V> {
  /** The values of a namespace, made when it does not exist yet. */
  within(namespace: number): StateMap<V>
  has(namespace: number): boolean
  drop(namespace: number): void
  namespaces(): number[]
  snapshot(): Snapshot
}

const schema = 1

/** What a part holds: values by key group, so that a reader can take the groups that it owns. */
interface StatePart {
  readonly namespaces: readonly (readonly [namespace: number, groups: readonly KeyGroupPart[]])[]
}
type KeyGroupPart = readonly [group: number, entries: readonly (readonly [Key, unknown])[]]

/** Keyed state on the heap. */
export class MemoryKeyedState<V> implements KeyedState<V> {
  readonly #maps = new Map<number, Map<Key, V>>()
  readonly #journal: Journal | undefined

  /** @param journal Learns how to undo every change of a value, at the price of a copy of each value that is read. */
  constructor(journal?: Journal) {
    this.#journal = journal
  }

  within(namespace: number): StateMap<V> {
    const map = this.#map(namespace)
    return this.#journal === undefined ? map : new JournaledMap(map, this.#journal)
  }

  has(namespace: number): boolean {
    return this.#maps.has(namespace)
  }

  drop(namespace: number): void {
    this.#maps.delete(namespace)
  }

  namespaces(): number[] {
    return [...this.#maps.keys()]
  }

  snapshot(): Snapshot {
    const groups = new Map<Key, number>()
    const part: StatePart = {
      namespaces: [...this.#maps].map(([namespace, map]) => [namespace, byKeyGroup(map, groups)]),
    }
    return { schema, parts: [encodeCbor(part)] }
  }

  #map(namespace: number): Map<Key, V> {
    let map = this.#maps.get(namespace)
    if (map === undefined) {
      map = new Map()
      this.#maps.set(namespace, map)
    }
    return map
  }

  /**
   * Loads the key groups of `range` from a snapshot.
   *
   * @throws MillraceError `CHECKPOINT_INCOMPATIBLE` for a snapshot of another layout.
   */
  restore(snapshot: Snapshot, range: KeyGroupRange = allKeyGroups): void {
    if (snapshot.schema !== schema) {
      throw new MillraceError(
        'CHECKPOINT_INCOMPATIBLE',
        `keyed state of layout ${snapshot.schema} cannot be read: this version of Millrace reads layout ${schema}`,
      )
    }
    for (const content of snapshot.parts) this.#load(decodeCbor(content) as StatePart, range)
  }

  #load(part: StatePart, range: KeyGroupRange): void {
    for (const [namespace, groups] of part.namespaces) {
      const map = this.#map(namespace)
      for (const [group, entries] of groups) {
        if (group < range.first || group > range.last) continue
        for (const [key, value] of entries) map.set(key, value as V)
      }
    }
  }
}

function byKeyGroup<V>(map: Map<Key, V>, known: Map<Key, number>): KeyGroupPart[] {
  const groups = new Map<number, [Key, V][]>()
  for (const entry of map) {
    const group = known.get(entry[0]) ?? keyGroupOf(entry[0])
    known.set(entry[0], group)
    const entries = groups.get(group)
    if (entries === undefined) groups.set(group, [entry])
    else entries.push(entry)
  }
  return [...groups].sort(([a], [b]) => a - b)
}
