import type { Key } from '../../src/state/key.ts'
import { endless, type Lifetime } from './lifetime.ts'
import type { StateDescriptor, StateOptions, StatePlace } from './state-descriptor.ts'

/** Values of a key by further keys, in the order in which these were set first. */
export interface MapState<K extends Key, V> extends Iterable<[K, V]> {
  readonly size: number
  get(key: K): V | undefined
  has(key: K): boolean
  set(key: K, value: V): void
  delete(key: K): void
  keys(): Iterable<K>
  values(): Iterable<V>
  clear(): void
}

/**
 * State that is a map. With a `ttl`, each entry is kept by its own time.
 *
 * @example
 * mapState<string, number>().kind // 'map'
 */
export function mapState<K extends Key, V>({
  ttl,
  codec,
}: StateOptions<V> = {}): StateDescriptor<MapState<K, V>> {
  return {
    kind: 'map',
    ttl,
    codec,
    open: (place) => {
      const access = new KeyMap<K, V>(place)
      return {
        access,
        sweep: () => access.sweep(),
        convert: (held, convert) =>
          new Map([...(held as Map<K, unknown>)].map(([key, packed]) => [key, convert(packed)])),
      }
    },
  }
}

class KeyMap<K extends Key, V> implements MapState<K, V> {
  readonly #place: StatePlace
  readonly #lifetime: Lifetime

  constructor(place: StatePlace) {
    this.#place = place
    this.#lifetime = place.lifetime
  }

  get size(): number {
    if (this.#lifetime === endless) return this.#held()?.size ?? 0
    let alive = 0
    for (const packed of this.#held()?.values() ?? []) if (this.#lifetime.isAlive(packed)) alive += 1
    return alive
  }

  get(key: K): V | undefined {
    const held = this.#held()
    const packed = held?.get(key)
    if (packed === undefined || !this.#lifetime.isAlive(packed)) return undefined
    return this.#lifetime.open(packed) as V
  }

  has(key: K): boolean {
    const held = this.#held()
    return held?.has(key) === true && this.#lifetime.isAlive(held.get(key))
  }

  set(key: K, value: V): void {
    let held = this.#held()
    if (held === undefined) {
      held = new Map()
      this.#place.held = held
    }
    held.set(key, this.#lifetime.pack(value, held.get(key)))
  }

  delete(key: K): void {
    const held = this.#held()
    if (held?.delete(key) && held.size === 0) this.clear()
  }

  *[Symbol.iterator](): Iterator<[K, V]> {
    for (const [key, packed] of this.#held() ?? [])
      if (this.#lifetime.isAlive(packed)) yield [key, this.#lifetime.open(packed) as V]
  }

  *keys(): Iterable<K> {
    for (const [key, packed] of this.#held() ?? []) if (this.#lifetime.isAlive(packed)) yield key
  }

  *values(): Iterable<V> {
    for (const [, value] of this) yield value
  }

  clear(): void {
    this.#place.held = undefined
  }

  sweep(): number {
    let next = Number.POSITIVE_INFINITY
    for (const [key, packed] of this.#held() ?? []) {
      if (this.#lifetime.isAlive(packed)) next = Math.min(next, this.#lifetime.endOf(packed))
      else this.delete(key)
    }
    return next
  }

  #held(): Map<K, unknown> | undefined {
    return this.#place.held as Map<K, unknown> | undefined
  }
}
