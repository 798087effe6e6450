import { givenFunction } from '../../src/graph/given-function.ts'
import { type Aggregate, aggregateOf } from './definition.ts'
import { compareScalars, type Scalar, scalar } from './scalar.ts'

/** How often each scalar is there, and the extreme one, which is looked for again when it is gone. */
interface Counts<V> {
  extreme: V | undefined
  readonly times: Map<V, number>
}

/** The scalar that comes first or last: `sign` is 1 for the least, -1 for the greatest. `compare` orders all but numbers. */
export function extreme<T, V extends Scalar>(
  kind: string,
  sign: 1 | -1,
  of: (value: T) => V,
  compare: (a: V, b: V) => number = compareScalars,
): Aggregate<T, V, undefined> {
  givenFunction(of, kind)
  const nearer = (a: V | undefined, b: V) => (a !== undefined && sign * compare(a, b) <= 0 ? a : b)
  return aggregateOf<T, V | undefined, V, undefined>({
    kind,
    create: () => undefined,
    // Numbers first, and short, so that it is inlined: it runs for every record.
    add: (best, value) => {
      const come = of(value)
      if (typeof come === 'number' && typeof best === 'number' && Number.isFinite(come)) {
        return sign * (best - come) <= 0 ? best : come
      }
      return nearer(best, scalar(come, kind))
    },
    merge: (a, b) => (b === undefined ? a : nearer(a, b)),
    result: (best) => best!,
    ofNone: () => undefined,
    retracting: () => extremeOfAll(kind, nearer, of),
  })
}

function extremeOfAll<T, V extends Scalar>(
  kind: string,
  nearer: (a: V | undefined, b: V) => V,
  of: (value: T) => V,
): Aggregate<T, V, undefined> {
  const add = (counts: Counts<V>, value: V, times: number) => {
    counts.times.set(value, (counts.times.get(value) ?? 0) + times)
    counts.extreme = nearer(counts.extreme, value)
    return counts
  }
  return aggregateOf<T, Counts<V>, V, undefined>({
    kind: `${kind} of all`,
    create: () => ({ extreme: undefined, times: new Map() }),
    add: (counts, value) => add(counts, scalar(of(value), kind), 1),
    remove: (counts, value) => without(counts, scalar(of(value), kind), nearer),
    merge: (a, b) => {
      const counts = { extreme: a.extreme, times: new Map(a.times) }
      for (const [value, times] of b.times) add(counts, value, times)
      return counts
    },
    result: (counts) => counts.extreme!,
    ofNone: () => undefined,
  })
}

function without<V extends Scalar>(
  counts: Counts<V>,
  value: V,
  nearer: (a: V | undefined, b: V) => V,
): Counts<V> {
  const left = (counts.times.get(value) ?? 0) - 1
  if (left > 0) counts.times.set(value, left)
  else counts.times.delete(value)
  if (left > 0 || value !== counts.extreme) return counts
  counts.extreme = undefined
  for (const other of counts.times.keys()) counts.extreme = nearer(counts.extreme, other)
  return counts
}
