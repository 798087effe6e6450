import { givenFunction } from '../../src/graph/given-function.ts'
import { type Aggregate, aggregateOf } from './definition.ts'
import { givenAggregate } from './given-aggregates.ts'
import { retractable } from './retractable.ts'

/**
 * An aggregate whose result a function makes something else of.
 *
 * @example
 * mapped(average((bid: { price: number }) => bid.price), Math.trunc)
 */
export function mapped<T, A, B>(aggregate: Aggregate<T, A>, of: (result: A) => B): Aggregate<T, B, B> {
  givenAggregate(aggregate, 'the aggregate of mapped(…)')
  givenFunction(of, 'mapped')
  return aggregateOf<T, unknown, B, B>({
    kind: aggregate.kind,
    create: () => aggregate.create(),
    add: (accumulator, value, timestamp) => aggregate.add(accumulator, value, timestamp),
    merge: (a, b) => aggregate.merge(a, b),
    result: (accumulator) => of(aggregate.result(accumulator)),
    ofNone: () => of(aggregate.result(aggregate.create())),
    ...(aggregate.remove === undefined
      ? { retracting: () => mapped(retractable(aggregate), of) }
      : { remove: (accumulator, value) => aggregate.remove!(accumulator, value) }),
  })
}
