import { canonicalText } from './canonical-text.ts'
import { type Aggregate, aggregateOf } from './definition.ts'

/** Values by their texts, with how often each is there. */
type Multiset<T> = Map<string, [value: T, times: number]>

/** An aggregate that can take values out again: the same if it can, else one that keeps them all. */
export function retractable<T, R, None>(aggregate: Aggregate<T, R, None>): Aggregate<T, R, None> {
  if (aggregate.remove !== undefined) return aggregate
  return aggregate.retracting?.() ?? overAll(aggregate)
}

/** Keeps all values, and goes through them for a result, in an order of their own. */
function overAll<T, R, None>(aggregate: Aggregate<T, R, None>): Aggregate<T, R, None> {
  return aggregateOf<T, Multiset<T>, R, None>({
    kind: `${aggregate.kind} of all`,
    create: () => new Map(),
    add: (all, value) => counted(all, value, 1),
    remove: (all, value) => counted(all, value, -1),
    merge: (a, b) => {
      const all: Multiset<T> = new Map([...a].map(([text, [value, times]]) => [text, [value, times]]))
      for (const [value, times] of b.values()) counted(all, value, times)
      return all
    },
    result: (all) => {
      let accumulator = aggregate.create()
      for (const value of inOrder(all)) accumulator = aggregate.add(accumulator, value, Number.NaN)
      return aggregate.result(accumulator)
    },
    ofNone: () => aggregate.ofNone(),
  })
}

function counted<T>(all: Multiset<T>, value: T, times: number): Multiset<T> {
  const text = canonicalText(value)
  const entry = all.get(text)
  if (entry === undefined) all.set(text, [value, times])
  else if (entry[1] + times === 0) all.delete(text)
  else entry[1] += times
  return all
}

function* inOrder<T>(all: Multiset<T>): Generator<T> {
  for (const [, [value, times]] of [...all].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (let time = 0; time < times; time += 1) yield value
  }
}
