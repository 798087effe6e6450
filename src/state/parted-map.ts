import type { Key } from './key.ts'
import { keyHash } from './key-hash.ts'

/** One map up to so many keys, which take a few milliseconds to part. */
const oneMapKeys = 32 * 1024
/** How many maps there are from then on. */
const manyMaps = 256
/** The map of a key by the first bits of its hash. The last map has twice as many keys as the first, so that they do not grow together. */
const cellBits = 12
const mapOfCell = Uint8Array.from(
  { length: 2 ** cellBits },
  (_, cell) => manyMaps * Math.log2(1 + cell / 2 ** cellBits),
)

/**
 * A map of keys that is many maps once it is large: a map of V8's that grows or shrinks copies all that it has, which takes
 * a tenth of a second for a million keys.
 */
export class PartedMap<V> {
  #whole: Map<Key, V> | undefined = new Map()
  #parts: readonly Map<Key, V>[] = []

  get size(): number {
    if (this.#whole !== undefined) return this.#whole.size
    return this.#parts.reduce((sum, { size }) => sum + size, 0)
  }

  get(key: Key): V | undefined {
    return this.#mapOf(key).get(key)
  }

  has(key: Key): boolean {
    return this.#mapOf(key).has(key)
  }

  set(key: Key, value: V): void {
    this.#mapOf(key).set(key, value)
    if (this.#whole !== undefined && this.#whole.size > oneMapKeys) this.#part(this.#whole)
  }

  /** Whether it was there. */
  delete(key: Key): boolean {
    return this.#mapOf(key).delete(key)
  }

  clear(): void {
    this.#whole = new Map()
    this.#parts = []
  }

  entries(): Iterable<[Key, V]> {
    return this.#whole === undefined ? this.#entriesOfParts() : this.#whole.entries()
  }

  *#entriesOfParts(): Iterable<[Key, V]> {
    for (const part of this.#parts) yield* part
  }

  #mapOf(key: Key): Map<Key, V> {
    return this.#whole ?? this.#parts[mapOfCell[keyHash(key) >>> (32 - cellBits)]!]!
  }

  #part(whole: Map<Key, V>): void {
    this.#parts = Array.from({ length: manyMaps }, () => new Map())
    this.#whole = undefined
    for (const [key, value] of whole) this.#mapOf(key).set(key, value)
  }
}
