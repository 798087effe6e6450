import type { Filed } from './filed.ts'
import type { Key } from './key.ts'
import { PartedMap } from './parted-map.ts'

/** Values on the heap, decoded. */
export class FiledInMemory<V> implements Filed<V> {
  readonly #values = new PartedMap<V>()
  readonly #unpack: (packed: Uint8Array) => V

  constructor(unpack: (packed: Uint8Array) => V) {
    this.#unpack = unpack
  }

  get(key: Key): V | undefined {
    return this.#values.get(key)
  }

  has(key: Key): boolean {
    return this.#values.has(key)
  }

  delete(key: Key): boolean {
    return this.#values.delete(key)
  }

  hold(key: Key, value: V): void {
    this.#values.set(key, value)
  }

  keep(): void {}

  load(key: Key, packed: Uint8Array): void {
    this.#values.set(key, this.#unpack(packed))
  }

  entries(): Iterable<[Key, V]> {
    return this.#values.entries()
  }

  drop(): void {}
}
