import type { Journal } from './journal.ts'
import type { Key } from './key.ts'
import type { StateMap } from './keyed-state.ts'

/** A map whose changes can be undone, also those within its values. */
export class JournaledMap<V> implements StateMap<V> {
  readonly #map: StateMap<V>
  readonly #journal: Journal

  constructor(map: StateMap<V>, journal: Journal) {
    this.#map = map
    this.#journal = journal
  }

  get size(): number {
    return this.#map.size
  }

  /** The value may be changed in place from now on. */
  get(key: Key): V | undefined {
    const value = this.#map.get(key)
    if (value === undefined) return undefined
    const copy = structuredClone(value)
    this.#journal.note(() => this.#map.set(key, copy))
    return value
  }

  set(key: Key, value: V): void {
    this.#noteBefore(key)
    this.#map.set(key, value)
  }

  delete(key: Key): void {
    this.#noteBefore(key)
    this.#map.delete(key)
  }

  entries(): Iterable<[Key, V]> {
    return this.#map.entries()
  }

  #noteBefore(key: Key): void {
    const before = this.#map.get(key)
    this.#journal.note(() => (before === undefined ? this.#map.delete(key) : this.#map.set(key, before)))
  }
}
