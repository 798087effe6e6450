import { MillraceError } from '../errors.ts'

/** Where verbs were given their functions: an error of each that was made there, in the name of the verb. */
const places = new WeakMap<object, Error>()

/** Where a function was given to a verb: the stack of the error leads there, its message is the verb. */
export function givenAt(given: unknown): Error | undefined {
  return typeof given === 'function' ? places.get(given) : undefined
}

/**
 * A function of the job, as a verb takes it.
 *
 * @param verb What messages call whoever takes it, as `map`.
 * @param argument What they call the function, where it is one of several.
 * @throws MillraceError `JOB_INVALID` for what is no function, and for an async one, which nobody would wait for.
 */
export function givenFunction<F>(given: F, verb: string, argument = 'the function'): F {
  if (typeof given !== 'function') {
    const got = given === null ? 'null' : typeof given === 'object' ? 'an object' : String(given)
    throw new MillraceError('JOB_INVALID', `${verb}(…): ${argument} is ${got}, not a function`)
  }
  if (/^\[object Async/.test(Object.prototype.toString.call(given))) {
    throw new MillraceError(
      'JOB_INVALID',
      `${verb}(…): ${argument} is async, and nothing would wait for its answer: ask in asyncMap(…) before`,
    )
  }
  places.set(given, new Error(verb))
  return given
}

/**
 * Refuses what a function gave that was to answer at once: enough to look at the first record, since the function of a
 * job does the same for all.
 *
 * @throws MillraceError `OPERATOR_FAILED` for a promise.
 */
export function atOnce(answer: unknown, verb: string): void {
  if (!(answer instanceof Promise)) return
  // Nobody waits for what it says.
  answer.catch(() => {})
  throw new MillraceError(
    'OPERATOR_FAILED',
    `the function of ${verb}(…) gave a promise, and nothing would wait for it: ask in asyncMap(…)`,
  )
}
