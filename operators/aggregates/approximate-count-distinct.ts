import { givenFunction } from '../../src/graph/given-function.ts'
import { type Aggregate, aggregateOf } from './definition.ts'
import { hashOf } from './hash.ts'
import { estimate, observe, type Registers, union } from './hyper-log-log.ts'
import { multiset } from './multiset.ts'
import { type Scalar, scalar } from './scalar.ts'

const kind = 'approximateCountDistinct'

/**
 * About how many different strings, numbers or bigints there are, in at most 16 KiB however many: the standard error is
 * 0.8 % (HyperLogLog). The same values always give the same estimate. Nothing can be taken out of it again: of a
 * changelog it keeps the values, as `countDistinct`, and is exact.
 *
 * @example
 * approximateCountDistinct((view: { visitor: string }) => view.visitor)
 */
export function approximateCountDistinct<T>(of: (value: T) => Scalar): Aggregate<T, number, number> {
  givenFunction(of, kind)
  return aggregateOf<T, Registers, number, number>({
    kind,
    create: () => new Map(),
    add: (seen, value) => observe(seen, hashOf(scalar(of(value), kind))),
    merge: union,
    result: (seen) => Math.round(estimate(seen)),
    ofNone: () => 0,
    retracting: () => multiset(`${kind} of all`, of, (times) => times.size),
  })
}
