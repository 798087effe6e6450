import type { Filed } from './filed.ts'
import type { Key } from './key.ts'
import type { StateMap } from './keyed-state.ts'
import type { PackedEntries } from './packed-entries.ts'
import { PartedMap } from './parted-map.ts'
import type { StateContent } from './state-content.ts'
import { TableCut } from './table-cut.ts'

/** What all tables of a state share. */
export interface TableContext<V> {
  readonly content: StateContent<V>
  /** Loads a key that a checkpoint may hold and memory does not yet. `undefined` when everything is loaded. */
  load: ((key: Key) => void) | undefined
  /** Loads everything. */
  loadAll(): void
  /** One more key has been used since the last cut. */
  onUsed(): void
}

/**
 * The values of one namespace. What has been used since the last cut lies in a map of its own, so that a cut is that map,
 * and so that what is used often is found at once. A window that does not live to see a cut never has another.
 */
export class StateTable<V> implements StateMap<V> {
  readonly namespace: number
  readonly #context: TableContext<V>
  /** What has been asked for since the last cut, and so may have changed. */
  #used = new PartedMap<V>()
  /** Of these a file has a value, or is about to; not up to date if it was used or is pending in the cut. */
  readonly #filed: Filed<V>
  /** Deleted since the last cut, and a file has heard of them. */
  #gone = new PartedMap<true>()
  #cut: TableCut<V> | undefined
  /** Whether there may be anything that `#used` does not have. */
  #more: boolean
  /** Whether a file has heard of the namespace, or is about to. */
  inFiles = false

  constructor(namespace: number, filed: Filed<V>, context: TableContext<V>) {
    this.namespace = namespace
    this.#filed = filed
    this.#context = context
    this.#more = context.load !== undefined
  }

  get size(): number {
    let size = 0
    for (const _ of this.entries()) size += 1
    return size
  }

  get(key: Key): V | undefined {
    const value = this.#used.get(key)
    return value === undefined ? this.#use(key) : value
  }

  set(key: Key, value: V): void {
    if (!this.#more) this.#context.onUsed()
    else if (this.get(key) === undefined) {
      if (this.#gone.delete(key)) this.#filed.hold(key, value)
      this.#context.onUsed()
    }
    this.#used.set(key, value)
  }

  delete(key: Key): void {
    if (this.get(key) === undefined) return
    this.#used.delete(key)
    if (this.#filed.delete(key)) this.#gone.set(key, true)
  }

  entries(): Iterable<[Key, V]> {
    this.#context.loadAll()
    return this.#more ? this.#allEntries() : this.#used.entries()
  }

  /** A checkpoint has values that are not loaded yet. */
  foundInFiles(): void {
    this.inFiles = true
    this.#more = true
  }

  /** Takes a value from a file. */
  takeLoaded(key: Key, packed: Uint8Array): void {
    this.#more = true
    this.#filed.load(key, packed)
  }

  /**
   * Cuts off what may have changed; `undefined` if that is nothing.
   *
   * @param entries Where it is to be packed.
   */
  cut(entries: PackedEntries): TableCut<V> | undefined {
    if (this.#used.size + this.#gone.size === 0) return undefined
    this.inFiles = true
    this.#more = true
    const { content } = this.#context
    this.#cut = new TableCut(this.namespace, this.#used, this.#gone, this.#filed, content, entries)
    this.#used = new PartedMap()
    this.#gone = new PartedMap()
    return this.#cut
  }

  /** Nothing of it is wanted any more. */
  drop(): void {
    this.#filed.drop()
  }

  /** Nothing is pending in the cut any more. */
  endCut(): void {
    this.#cut = undefined
  }

  /** Takes back a cut that no checkpoint has: what it has is part of the next one. */
  uncut(cut: TableCut<V>): void {
    const { pending, gone } = cut
    this.#cut = undefined
    for (const [key, value] of pending.entries()) this.#used.set(key, value)
    for (const key of cut.packed()) {
      const value = this.#filed.get(key)
      if (value !== undefined && !this.#used.has(key)) this.#used.set(key, value)
    }
    for (const [key] of gone.entries()) {
      const value = this.#used.get(key)
      if (value === undefined) this.#gone.set(key, true)
      else this.#filed.hold(key, value)
    }
  }

  /** Finds a value that was not used since the last cut. From now on it may change. */
  #use(key: Key): V | undefined {
    if (!this.#more) return undefined
    const pending = this.#cut?.pending.get(key)
    if (pending !== undefined) {
      this.#used.set(key, pending)
      this.#context.onUsed()
      // This may delete it, which is a change like any other.
      this.#cut!.packEarly(key, pending)
      return this.#used.get(key)
    }
    const value = this.#filed.get(key) ?? this.#loaded(key)
    if (value === undefined) return undefined
    this.#used.set(key, value)
    this.#context.onUsed()
    return value
  }

  #loaded(key: Key): V | undefined {
    if (this.#context.load === undefined) return undefined
    this.#context.load(key)
    return this.#filed.get(key)
  }

  *#allEntries(): Iterable<[Key, V]> {
    const pending = this.#cut?.pending
    yield* this.#used.entries()
    if (pending !== undefined) yield* pending.entries()
    for (const entry of this.#filed.entries()) {
      if (!this.#used.has(entry[0]) && !pending?.has(entry[0])) yield entry
    }
  }
}
