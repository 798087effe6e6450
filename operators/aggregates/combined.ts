import { accumulationOf, type Removal, removalOf } from '../accumulation.ts'
import { type Aggregate, aggregateOf } from './definition.ts'
import { givenAggregates } from './given-aggregates.ts'
import { retractable } from './retractable.ts'

/**
 * Several aggregates as one, whose result has each under its name.
 *
 * @example
 * const means = (orders: KeyedStream<string, { cents: bigint }>) =>
 *   orders.pipe(
 *     runningAggregate('means', {
 *       cents: mapped(
 *         combined({ cents: sumBigint((order) => order.cents), orders: count() }),
 *         ({ cents, orders }) => cents / BigInt(orders),
 *       ),
 *     }),
 *   )
 */
export function combined<T, R extends Record<string, unknown>>(
  aggregates: {
    [N in keyof R]: Aggregate<T, R[N]>
  },
): Aggregate<T, R> {
  givenAggregates(aggregates, 'combined(…)')
  const entries = Object.entries(aggregates) as [string, Aggregate<unknown, unknown>][]
  return combinedOf(entries) as Aggregate<T, R>
}

function combinedOf(entries: readonly [string, Aggregate<unknown, unknown>][]): Aggregate<unknown, unknown> {
  const members = entries.map(([, aggregate]) => aggregate)
  const create = () => members.map((aggregate) => aggregate.create())
  const result = (accumulators: unknown[]) =>
    Object.fromEntries(
      entries.map(([name, aggregate], index) => [name, aggregate.result(accumulators[index])]),
    )
  const add = accumulationOf(members)
  return aggregateOf<unknown, unknown[], unknown, unknown>({
    kind: `{ ${entries.map(([name, { kind }]) => `${name} = ${kind}`).join(', ')} }`,
    create,
    add: (accumulators, value, timestamp) => {
      add(accumulators, value, timestamp)
      return accumulators
    },
    merge: (a, b) => members.map((aggregate, index) => aggregate.merge(a[index], b[index])),
    result,
    ofNone: () => result(create()),
    ...(members.every(({ remove }) => remove !== undefined)
      ? { remove: removing(removalOf(members)) }
      : { retracting: () => combinedOf(entries.map(([name, one]) => [name, retractable(one)])) }),
  })
}

function removing(remove: Removal) {
  return (accumulators: unknown[], value: unknown) => {
    remove(accumulators, value)
    return accumulators
  }
}
