import type { Key } from '../key.ts'
import { PartedMap } from '../parted-map.ts'

/** Values that are not bytes yet. Mostly it is one, for the time that it takes to make bytes of it: that one needs no map. */
export class HeldValues<V> {
  #key: Key | undefined
  #value: V | undefined
  readonly #others = new PartedMap<V>()

  get(key: Key): V | undefined {
    if (key === this.#key) return this.#value
    return this.#others.size === 0 ? undefined : this.#others.get(key)
  }

  has(key: Key): boolean {
    return this.get(key) !== undefined
  }

  hold(key: Key, value: V): void {
    if (this.#key === undefined ? this.#others.size > 0 : this.#key !== key) {
      this.#others.set(key, value)
      return
    }
    this.#key = key
    this.#value = value
  }

  /** Whether it was there. */
  delete(key: Key): boolean {
    if (key !== this.#key) return this.#others.delete(key)
    this.#key = undefined
    this.#value = undefined
    return true
  }

  clear(): void {
    this.#key = undefined
    this.#value = undefined
    this.#others.clear()
  }

  *entries(): Iterable<[Key, V]> {
    if (this.#key !== undefined) yield [this.#key, this.#value!]
    yield* this.#others.entries()
  }
}
