import { SingleValue, type StateDescriptor, type StateOptions, type StatePlace } from './state-descriptor.ts'

/** One value of a key. */
export interface ValueState<T> {
  /** The initial value, unless another was set. An object may be changed in place; for a `ttl` that is no write. */
  value: T
  /** Goes back to the initial value. */
  clear(): void
}

/**
 * State that is one value.
 *
 * @param initial What a key has that has none. Each key gets a copy of its own. Without it, `undefined`.
 * @example
 * valueState(0).kind // 'value'
 */
export function valueState<T>(initial: T, options?: StateOptions<NoInfer<T>>): StateDescriptor<ValueState<T>>
export function valueState<T>(
  initial?: undefined,
  options?: StateOptions<T>,
): StateDescriptor<ValueState<T | undefined>>
export function valueState(
  initial?: unknown,
  { ttl, codec }: StateOptions = {},
): StateDescriptor<ValueState<unknown>> {
  return {
    kind: 'value',
    ttl,
    codec,
    open: (place) => {
      const access = new Value(initial, place)
      return { access, sweep: () => access.sweep() }
    },
  }
}

class Value extends SingleValue implements ValueState<unknown> {
  readonly #initial: unknown
  readonly #isObject: boolean

  constructor(initial: unknown, place: StatePlace) {
    super(place)
    this.#initial = initial
    this.#isObject = typeof initial === 'object' && initial !== null
  }

  get value(): unknown {
    const value = this.read()
    if (value !== undefined) return value
    if (!this.#isObject) return this.#initial
    // It may be changed in place, so it must be kept already.
    const copy = structuredClone(this.#initial)
    this.write(copy)
    return copy
  }

  set value(value: unknown) {
    this.write(value)
  }

  clear(): void {
    this.write(undefined)
  }
}
