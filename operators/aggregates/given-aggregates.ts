import { MillraceError } from '../../src/errors.ts'
import { givenText } from '../../src/graph/given-text.ts'
import type { Aggregate } from './definition.ts'

/**
 * An aggregate, as a verb takes it.
 *
 * @param what What messages call it, as `"n" of the aggregate "totals"`.
 * @throws MillraceError `JOB_INVALID` for what is none.
 */
export function givenAggregate<A extends Aggregate<never, unknown>>(given: A, what: string): A {
  if (typeof given?.add === 'function' && typeof given.create === 'function') return given
  throw new MillraceError('JOB_INVALID', `${what} is ${givenText(given)}, not an aggregate such as count()`)
}

/**
 * Aggregates by their names, as a verb takes them.
 *
 * @param what What messages call all of them, as `the aggregate "totals"`.
 * @param taken The names that `whole` has already, as `every result`.
 * @throws MillraceError `JOB_INVALID` for what is none, and for a name that is taken or none.
 */
export function givenAggregates<A extends object>(
  given: A,
  what: string,
  taken: readonly string[] = [],
  whole = '',
): A {
  if (typeof given !== 'object' || given === null)
    throw new MillraceError(
      'JOB_INVALID',
      `"aggregates" of ${what} is ${givenText(given)}, not an aggregate such as count() by each name`,
    )
  for (const [name, aggregate] of Object.entries(given)) {
    givenAggregate(aggregate, `"${name}" of ${what}`)
    // Put into a row it would be the row's prototype, and be lost.
    if (name === '__proto__')
      throw new MillraceError('JOB_INVALID', `one of ${what} is called "__proto__", which no property can be`)
    if (!taken.includes(name)) continue
    throw new MillraceError('JOB_INVALID', `one of ${what} is called "${name}", which ${whole} has already`)
  }
  return given
}
