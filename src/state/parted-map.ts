import { hashPart, hashParts } from './hash-parts.ts'
import { HashedMap } from './hashed-map.ts'
import type { Key } from './key.ts'
import { keyHash } from './key-hash.ts'

/** One map of V8's up to so many keys, which take a millisecond or two to part. */
const oneMapKeys = 4 * 1024

/**
 * A map of keys that is many maps once it is large: a map of V8's that grows or shrinks copies all that it has, which takes
 * a tenth of a second for a million keys.
 */
export class PartedMap<V> {
  #whole: Map<Key, V> | undefined = new Map()
  #parts: readonly HashedMap<V>[] = []

  get size(): number {
    if (this.#whole !== undefined) return this.#whole.size
    return this.#parts.reduce((sum, { size }) => sum + size, 0)
  }

  get(key: Key): V | undefined {
    if (this.#whole !== undefined) return this.#whole.get(key)
    const hash = keyHash(key)
    return this.#partOf(hash).get(key, hash)
  }

  has(key: Key): boolean {
    if (this.#whole !== undefined) return this.#whole.has(key)
    const hash = keyHash(key)
    return this.#partOf(hash).has(key, hash)
  }

  set(key: Key, value: V): void {
    if (this.#whole === undefined) {
      const hash = keyHash(key)
      this.#partOf(hash).set(key, hash, value)
    } else {
      this.#whole.set(key, value)
      if (this.#whole.size > oneMapKeys) this.#part(this.#whole)
    }
  }

  /** Whether it was there. */
  delete(key: Key): boolean {
    if (this.#whole !== undefined) return this.#whole.delete(key)
    const hash = keyHash(key)
    return this.#partOf(hash).delete(key, hash)
  }

  clear(): void {
    this.#whole = new Map()
    this.#parts = []
  }

  entries(): Iterable<[Key, V]> {
    return this.#whole === undefined ? this.#entriesOfParts() : this.#whole.entries()
  }

  *#entriesOfParts(): Iterable<[Key, V]> {
    for (const part of this.#parts) yield* part.entries()
  }

  #partOf(hash: number): HashedMap<V> {
    return this.#parts[hashPart(hash)]!
  }

  #part(whole: Map<Key, V>): void {
    this.#parts = Array.from({ length: hashParts }, () => new HashedMap())
    this.#whole = undefined
    for (const [key, value] of whole) this.set(key, value)
  }
}
