import type { Filed } from './filed.ts'
import type { Key } from './key.ts'
import { keyHash } from './key-hash.ts'

/** One map up to so many values, which take a few milliseconds to part. */
const oneMapKeys = 32 * 1024
/** How many maps there are from then on: a power of two. A map that is larger grows in longer and longer pauses. */
const manyMaps = 64
const hashShift = 26

/** Values on the heap, decoded. */
export class FiledInMemory<V> implements Filed<V> {
  #maps: Map<Key, V>[] = [new Map()]
  readonly #unpack: (packed: Uint8Array) => V

  constructor(unpack: (packed: Uint8Array) => V) {
    this.#unpack = unpack
  }

  get(key: Key): V | undefined {
    return this.#mapOf(key).get(key)
  }

  has(key: Key): boolean {
    return this.#mapOf(key).has(key)
  }

  delete(key: Key): boolean {
    return this.#mapOf(key).delete(key)
  }

  hold(key: Key, value: V): void {
    const map = this.#mapOf(key)
    map.set(key, value)
    if (map.size > oneMapKeys && this.#maps.length === 1) this.#part(map)
  }

  keep(): void {}

  load(key: Key, packed: Uint8Array): void {
    this.hold(key, this.#unpack(packed))
  }

  *entries(): Iterable<[Key, V]> {
    for (const map of this.#maps) yield* map
  }

  drop(): void {}

  #mapOf(key: Key): Map<Key, V> {
    return this.#maps.length === 1 ? this.#maps[0]! : this.#maps[keyHash(key) >>> hashShift]!
  }

  #part(whole: Map<Key, V>): void {
    this.#maps = Array.from({ length: manyMaps }, () => new Map())
    for (const [key, value] of whole) this.#mapOf(key).set(key, value)
  }
}
