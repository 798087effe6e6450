import { MillraceError } from '../errors.ts'
import { givenText } from './given-text.ts'

/**
 * The options of a verb.
 *
 * @param what What messages call them, as `the options of join(…) "paid"`.
 * @throws MillraceError `JOB_INVALID` for what is no object.
 */
export function givenOptions<O extends object>(given: O, what: string): O {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given
  throw new MillraceError('JOB_INVALID', `${what} are ${givenText(given)}, not an object`)
}
