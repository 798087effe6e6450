import { MillraceError } from '../errors.ts'
import type { Stream } from '../stream.ts'
import { givenText } from './given-text.ts'

/**
 * A stream of the job, as a verb takes it.
 *
 * @param what What messages call it, as `union(…): a stream`.
 * @throws MillraceError `JOB_INVALID` for what is none.
 */
export function givenStream<S extends Stream<unknown>>(given: S, what: string): S {
  if (given?.outlet !== undefined) return given
  throw new MillraceError('JOB_INVALID', `${what} is ${givenText(given)}, not a stream`)
}
