import type { Aggregate } from '../aggregates/definition.ts'
import { givenAggregate } from '../aggregates/given-aggregates.ts'
import { SingleValue, type StateDescriptor, type StateOptions, type StatePlace } from './state-descriptor.ts'

/** What an aggregate makes of the values that were added to a key. */
export interface AggregatingState<in T, out R> {
  /** `undefined` if nothing was added. */
  readonly value: R | undefined
  add(value: T): void
  clear(): void
}

/**
 * State that boils values down by an aggregate, such as `count()` or one of your own. (As Flink's AggregatingState.)
 *
 * @param options A `codec` is one of accumulators, so of those of an aggregate of your own.
 * @example
 * aggregatingState(average((order: { cents: number }) => order.cents)).kind // 'aggregating average'
 */
export function aggregatingState<T, R, A = unknown>(
  aggregate: Aggregate<T, R>,
  { ttl, codec }: StateOptions<A> = {},
): StateDescriptor<AggregatingState<T, R>> {
  givenAggregate(aggregate, 'what aggregatingState(…) got')
  return {
    kind: `aggregating ${aggregate.kind}`,
    ttl,
    codec,
    open: (place) => {
      const access = new Aggregating(aggregate, place)
      return { access, sweep: () => access.sweep() }
    },
  }
}

class Aggregating<T, R> extends SingleValue implements AggregatingState<T, R> {
  readonly #aggregate: Aggregate<T, R>
  readonly #place: StatePlace

  constructor(aggregate: Aggregate<T, R>, place: StatePlace) {
    super(place)
    this.#aggregate = aggregate
    this.#place = place
  }

  get value(): R | undefined {
    const accumulator = this.read()
    return accumulator === undefined ? undefined : this.#aggregate.result(accumulator)
  }

  add(value: T): void {
    const accumulator = this.read() ?? this.#aggregate.create()
    this.write(this.#aggregate.add(accumulator, value, this.#place.eventTime))
  }

  clear(): void {
    this.write(undefined)
  }
}
