import { MillraceError } from '../errors.ts'
import { givenText } from './given-text.ts'

/**
 * One of a few words of the job, as a verb takes it.
 *
 * @param what What messages call it, as `join(…): kind of "paid"`.
 * @throws MillraceError `JOB_INVALID` for anything else.
 */
export function givenChoice<C extends string>(given: C, choices: readonly C[], what: string): C {
  if (choices.includes(given)) return given
  const words = choices.map((choice) => `'${choice}'`)
  const allowed = [words.slice(0, -1).join(', '), words.at(-1)].filter((part) => part !== '').join(' or ')
  throw new MillraceError('JOB_INVALID', `${what} is ${givenText(given)}: it is ${allowed}`)
}
