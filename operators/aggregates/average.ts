import { givenFunction } from '../../src/graph/given-function.ts'
import { type Aggregate, aggregateOf } from './definition.ts'
import { type ExactSum, merged, nearest, plus } from './exact-sum.ts'

interface Mean {
  total: ExactSum
  counted: number
}

/**
 * The mean of a number of each value: their sum, which has no error, divided by their count.
 *
 * @example
 * average((order: { cents: number }) => order.cents)
 */
export function average<T>(of: (value: T) => number): Aggregate<T, number, undefined> {
  givenFunction(of, 'average')
  return aggregateOf<T, Mean, number, undefined>({
    kind: 'average',
    create: () => ({ total: 0, counted: 0 }),
    add: (mean, value) => {
      mean.total = plus(mean.total, of(value), 'average')
      mean.counted += 1
      return mean
    },
    remove: (mean, value) => {
      mean.total = plus(mean.total, -of(value), 'average')
      mean.counted -= 1
      return mean
    },
    merge: (a, b) => ({ total: merged(a.total, b.total), counted: a.counted + b.counted }),
    result: ({ total, counted }) => (counted === 0 ? undefined! : nearest(total) / counted),
    ofNone: () => undefined,
  })
}
