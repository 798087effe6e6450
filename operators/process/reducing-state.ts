import { givenFunction } from '../../src/graph/given-function.ts'
import { SingleValue, type StateDescriptor, type StateOptions, type StatePlace } from './state-descriptor.ts'

/** What the values that were added to a key make when two at a time are made one. */
export interface ReducingState<T> {
  /** `undefined` if nothing was added. */
  readonly value: T | undefined
  add(value: T): void
  clear(): void
}

/**
 * State that makes one value of all that are added. (As Flink's ReducingState.)
 *
 * @param reduce Makes one value of two. The first may be changed in place.
 * @example
 * reducingState((a: number, b: number) => Math.max(a, b)).kind // 'reducing'
 */
export function reducingState<T>(
  reduce: (a: T, b: T) => T,
  { ttl, codec }: StateOptions<NoInfer<T>> = {},
): StateDescriptor<ReducingState<T>> {
  givenFunction(reduce, 'reducingState')
  return {
    kind: 'reducing',
    ttl,
    codec,
    open: (place) => {
      const access = new Reducing(reduce, place)
      return { access, sweep: () => access.sweep() }
    },
  }
}

class Reducing<T> extends SingleValue implements ReducingState<T> {
  readonly #reduce: (a: T, b: T) => T

  constructor(reduce: (a: T, b: T) => T, place: StatePlace) {
    super(place)
    this.#reduce = reduce
  }

  get value(): T | undefined {
    return this.read() as T | undefined
  }

  add(value: T): void {
    const before = this.read() as T | undefined
    this.write(before === undefined ? value : this.#reduce(before, value))
  }

  clear(): void {
    this.write(undefined)
  }
}
