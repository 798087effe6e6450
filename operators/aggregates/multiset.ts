import { givenFunction } from '../../src/graph/given-function.ts'
import { type Aggregate, aggregateOf } from './definition.ts'
import { type Scalar, scalar } from './scalar.ts'

/** An aggregate of the different scalars of the values, which it counts so that they can go again. */
export function multiset<T, V extends Scalar, R>(
  kind: string,
  of: (value: T) => V,
  result: (times: ReadonlyMap<V, number>) => R,
): Aggregate<T, R, R> {
  givenFunction(of, kind)
  return aggregateOf<T, Map<V, number>, R, R>({
    kind,
    create: () => new Map(),
    add: (times, value) => counted(times, scalar(of(value), kind), 1),
    remove: (times, value) => counted(times, scalar(of(value), kind), -1),
    merge: (a, b) => {
      const times = new Map(a)
      for (const [value, more] of b) counted(times, value, more)
      return times
    },
    result,
    ofNone: () => result(new Map()),
  })
}

function counted<V>(times: Map<V, number>, value: V, more: number): Map<V, number> {
  const now = (times.get(value) ?? 0) + more
  if (now === 0) times.delete(value)
  else times.set(value, now)
  return times
}
