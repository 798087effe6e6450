import type { Current } from './current.ts'
import { endless, type Lifetime, Limited, type TimeToLive } from './lifetime.ts'
import type { StateCodec } from './state-codec.ts'

/** How a state is kept. */
export interface StateOptions<T = unknown> {
  /** How long; without it, until it is deleted. */
  readonly ttl?: TimeToLive
  /**
   * How checkpoints hold each value. Without it, as CBOR. A job whose state has another codec than its checkpoint, or
   * another version of it, is refused unless a migration makes the values anew: it is given the bytes.
   */
  readonly codec?: StateCodec<T>
}

/**
 * Describes a state of each key: the value of a property of `state` in `process(…)` and `connect(…)`. `A` is what the
 * functions there get to see.
 */
export interface StateDescriptor<out A> {
  /** For plans, and for knowing whether a checkpoint fits. */
  readonly kind: string
  readonly ttl: TimeToLive | undefined
  readonly codec?: StateCodec<unknown> | undefined
  /** Called by the operator, once a run. */
  open(place: StatePlace): OpenState<A>
}

/** A state at run time: one object for all keys. */
export interface OpenState<out A> {
  readonly access: A
  /** Deletes what has outlived its time. Gives when the next is due, infinity if nothing is. */
  sweep(): number
  /** What is held, with what `convert` makes of each value in its place. Without it, what is held is one value. */
  convert?(held: unknown, convert: (packed: unknown) => unknown): unknown
}

/** Where a state keeps what it holds of the key at hand. `undefined` is nothing. */
export class StatePlace {
  readonly lifetime: Lifetime
  readonly #current: Current
  readonly #index: number

  constructor(current: Current, index: number, ttl: TimeToLive | undefined) {
    this.#current = current
    this.#index = index
    this.lifetime = ttl === undefined ? endless : new Limited(ttl, current)
  }

  /** The event time of the call at hand. */
  get eventTime(): number {
    return this.#current.eventTime
  }

  get held(): unknown {
    return this.#current.cell[this.#index]
  }

  set held(held: unknown) {
    this.#current.cell[this.#index] = held
  }
}

/** One value in a place, with its lifetime. */
export class SingleValue {
  readonly #place: StatePlace
  readonly #lifetime: Lifetime

  constructor(place: StatePlace) {
    this.#place = place
    this.#lifetime = place.lifetime
  }

  /** `undefined` if there is none, or none any more. */
  read(): unknown {
    const packed = this.#place.held
    if (packed === undefined || !this.#lifetime.isAlive(packed)) return undefined
    return this.#lifetime.open(packed)
  }

  write(value: unknown): void {
    const place = this.#place
    place.held = value === undefined ? undefined : this.#lifetime.pack(value, place.held)
  }

  sweep(): number {
    const packed = this.#place.held
    if (packed === undefined) return Number.POSITIVE_INFINITY
    if (this.#lifetime.isAlive(packed)) return this.#lifetime.endOf(packed)
    this.#place.held = undefined
    return Number.POSITIVE_INFINITY
  }
}
