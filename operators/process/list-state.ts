import { endless, type Lifetime } from './lifetime.ts'
import type { StateDescriptor, StateOptions, StatePlace } from './state-descriptor.ts'

/** Values of a key in the order in which they were added. */
export interface ListState<T> extends Iterable<T> {
  readonly length: number
  add(value: T): void
  /** Puts other values in the place of all there are. */
  replace(values: Iterable<T>): void
  clear(): void
}

/**
 * State that is a list. With a `ttl`, each element is kept by its own time.
 *
 * @example
 * listState<number>({ ttl: { after: '1h' } }).kind // 'list'
 */
export function listState<T>({ ttl, codec }: StateOptions<T> = {}): StateDescriptor<ListState<T>> {
  return {
    kind: 'list',
    ttl,
    codec,
    open: (place) => {
      const access = new List<T>(place)
      return {
        access,
        sweep: () => access.sweep(),
        convert: (held, convert) => (held as unknown[]).map((packed) => convert(packed)),
      }
    },
  }
}

class List<T> implements ListState<T> {
  readonly #place: StatePlace
  readonly #lifetime: Lifetime

  constructor(place: StatePlace) {
    this.#place = place
    this.#lifetime = place.lifetime
  }

  get length(): number {
    if (this.#lifetime === endless) return this.#held().length
    let alive = 0
    for (const packed of this.#held()) if (this.#lifetime.isAlive(packed)) alive += 1
    return alive
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const packed of this.#held())
      if (this.#lifetime.isAlive(packed)) yield this.#lifetime.open(packed) as T
  }

  add(value: T): void {
    const packed = this.#lifetime.pack(value)
    const held = this.#place.held as unknown[] | undefined
    if (held === undefined) this.#place.held = [packed]
    else held.push(packed)
  }

  replace(values: Iterable<T>): void {
    this.#keep(Array.from(values, (value) => this.#lifetime.pack(value)))
  }

  clear(): void {
    this.#place.held = undefined
  }

  sweep(): number {
    const alive = this.#held().filter((packed) => this.#lifetime.isAlive(packed))
    this.#keep(alive)
    return alive.reduce<number>(
      (least, packed) => Math.min(least, this.#lifetime.endOf(packed)),
      Number.POSITIVE_INFINITY,
    )
  }

  #held(): readonly unknown[] {
    return (this.#place.held as unknown[] | undefined) ?? []
  }

  #keep(held: unknown[]): void {
    this.#place.held = held.length === 0 ? undefined : held
  }
}
