import { MillraceError } from '../../src/errors.ts'
import { givenFunction } from '../../src/graph/given-function.ts'
import { isPlainOutside, unkeepable } from '../../src/state/plain-data.ts'
import { type Aggregate, type AggregateParts, aggregateOf } from './definition.ts'

/**
 * An aggregate of your own, with the accumulator's type `A` known. With `remove` it follows a changelog at no price;
 * without, all values are kept there and gone through again.
 *
 * While running, an accumulator that `add` or `merge` gives is looked at from outside: what is undefined, `NaN`, a promise,
 * a function or of a class fails its record. What lies within is looked at when a checkpoint is made.
 *
 * @throws MillraceError `JOB_INVALID` for an async function, and if `create` gives the same object each time; while running
 *   `OPERATOR_FAILED`.
 * @example
 * defineAggregate({
 *   kind: 'longest',
 *   create: () => '',
 *   add: (longest, word: string) => (word.length > longest.length ? word : longest),
 *   merge: (a, b) => (b.length > a.length ? b : a),
 *   result: (longest) => longest,
 * })
 */
export function defineAggregate<T, A, R>(parts: AggregateParts<T, A, R>): Aggregate<T, R, R> {
  const { kind, create, add, merge, remove } = parts
  for (const name of ['create', 'add', 'merge', 'result'] as const)
    givenFunction(parts[name], 'defineAggregate', `${name} of "${kind}"`)
  refuseShared(create(), create(), kind)
  const mayBeUndefined = create() === undefined
  const kept = (accumulator: A, before: A): A => {
    const fine =
      accumulator === before || isKeepable(accumulator) || (accumulator === undefined && mayBeUndefined)
    if (fine) return accumulator
    throw new MillraceError(
      'OPERATOR_FAILED',
      `the aggregate ${kind} made ${kindOf(accumulator)} of its accumulator, which no checkpoint could keep`,
    )
  }
  return aggregateOf<T, A, R, R>({
    ...parts,
    add: (accumulator, value, timestamp) => kept(add(accumulator, value, timestamp), accumulator),
    merge: (a, b) => kept(merge(a, b), a),
    ...(remove !== undefined && {
      remove: (accumulator: A, value: T) => kept(remove(accumulator, value), accumulator),
    }),
    ofNone: () => parts.result(create()),
  })
}

function refuseShared(one: unknown, another: unknown, kind: string): void {
  if (typeof one !== 'object' || one === null || one !== another || Object.isFrozen(one)) return
  throw new MillraceError(
    'JOB_INVALID',
    `defineAggregate(…): create of "${kind}" gives the same object each time, which all keys would share`,
  )
}

/** Whether a checkpoint could keep it, as far as can be seen from outside. `NaN` is what a missing field adds up to. */
function isKeepable(accumulator: unknown): boolean {
  if (typeof accumulator === 'number') return !Number.isNaN(accumulator)
  return accumulator !== undefined && isPlainOutside(accumulator)
}

function kindOf(accumulator: unknown): string {
  if (accumulator === undefined || Number.isNaN(accumulator)) return String(accumulator)
  return accumulator instanceof Promise ? 'a promise' : unkeepable(accumulator).kind
}
