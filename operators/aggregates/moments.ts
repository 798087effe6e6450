import { givenFunction } from '../../src/graph/given-function.ts'
import { type Aggregate, aggregateOf, finite } from './definition.ts'
import { type ExactSum, merged, nearest, partsOf, plus, plusProduct } from './exact-sum.ts'

/** What mean and spread follow from, without error. */
interface Moments {
  counted: number
  sum: ExactSum
  squares: ExactSum
}

/** An aggregate of the spread of a number of each value: of its count, and of count² times its variance. */
export function spreadOf<T, R>(
  kind: string,
  of: (value: T) => number,
  result: (counted: number, spread: number) => R,
): Aggregate<T, R, undefined> {
  givenFunction(of, kind)
  const counted = (moments: Moments, value: number, times: 1 | -1) => {
    finite(value * value, kind)
    moments.counted += times
    moments.sum = plus(moments.sum, times * value, kind)
    moments.squares = plusProduct(moments.squares, times * value, value)
    return moments
  }
  return aggregateOf<T, Moments, R, undefined>({
    kind,
    create: () => ({ counted: 0, sum: 0, squares: 0 }),
    add: (moments, value) => counted(moments, of(value), 1),
    remove: (moments, value) => counted(moments, of(value), -1),
    merge: (a, b) => ({
      counted: a.counted + b.counted,
      sum: merged(a.sum, b.sum),
      squares: merged(a.squares, b.squares),
    }),
    result: (moments) => (moments.counted === 0 ? undefined! : result(moments.counted, spread(moments))),
    ofNone: () => undefined,
  })
}

/** count × Σx² − (Σx)², rounded once: nothing is left of large numbers that cancel each other out. */
function spread({ counted, sum, squares }: Moments): number {
  let exact: ExactSum = 0
  for (const part of partsOf(squares)) exact = plusProduct(exact, counted, part)
  for (const a of partsOf(sum)) {
    for (const b of partsOf(sum)) exact = plusProduct(exact, -a, b)
  }
  return nearest(exact)
}
