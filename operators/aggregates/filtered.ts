import { givenFunction } from '../../src/graph/given-function.ts'
import { type Aggregate, aggregateOf } from './definition.ts'
import { givenAggregate } from './given-aggregates.ts'
import { retractable } from './retractable.ts'

/**
 * An aggregate of those values that a condition holds for (SQL's `FILTER (WHERE …)`). Of none it gives what the
 * aggregate gives of no values: 0 for counts and sums, an empty array for lists, `undefined` where there is nothing to
 * give, such as a least value; the types know.
 *
 * @example
 * filtered(max((order: { cents: number }) => order.cents), (order) => order.cents < 100_000)
 */
export function filtered<T, R, None>(
  aggregate: Aggregate<T, R, None>,
  predicate: (value: T) => boolean,
): Aggregate<T, R | None, None> {
  givenAggregate(aggregate, 'the aggregate of filtered(…)')
  givenFunction(predicate, 'filtered', 'the predicate')
  return aggregateOf<T, unknown, R | None, None>({
    kind: `filtered ${aggregate.kind}`,
    create: () => aggregate.create(),
    add: (accumulator, value, timestamp) =>
      predicate(value) ? aggregate.add(accumulator, value, timestamp) : accumulator,
    merge: (a, b) => aggregate.merge(a, b),
    result: (accumulator) => aggregate.result(accumulator),
    ofNone: () => aggregate.ofNone(),
    ...(aggregate.remove === undefined
      ? { retracting: () => filtered(retractable(aggregate), predicate) }
      : {
          remove: (accumulator, value) =>
            predicate(value) ? aggregate.remove!(accumulator, value) : accumulator,
        }),
  })
}
