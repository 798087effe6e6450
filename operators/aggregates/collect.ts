import { givenFunction } from '../../src/graph/given-function.ts'
import { compareCanonically } from './canonical-text.ts'
import { type Aggregate, aggregateOf } from './definition.ts'

type Timed<V> = readonly [timestamp: number, value: V]

/**
 * All values, or what `of` takes of them, in the order of their event times; at one time in an order of the values that
 * is always the same. Of a changelog the rows, in that same order.
 *
 * @example
 * collect((order: { id: string }) => order.id)
 */
export function collect<T, V>(of: (value: T) => V): Aggregate<T, V[], V[]> {
  givenFunction(of, 'collect')
  return aggregateOf<T, Timed<V>[], V[], V[]>({
    kind: 'collect',
    create: () => [],
    add: (all, value, timestamp) => {
      all.push([timestamp, of(value)])
      return all
    },
    merge: (a, b) => [...a, ...b],
    result: (all) => all.toSorted(compareTimed).map(([, value]) => value),
    ofNone: () => [],
  })
}

/** Rows of a changelog have no time: it is not a number there. */
function compareTimed<V>(a: Timed<V>, b: Timed<V>): number {
  return a[0] - b[0] || compareCanonically(a[1], b[1])
}
