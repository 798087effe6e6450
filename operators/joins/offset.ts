import { MillraceError } from '../../src/errors.ts'
import { givenText } from '../../src/graph/given-text.ts'
import { type Duration, milliseconds } from '../../src/units.ts'

/**
 * The milliseconds of a duration that may have a sign.
 *
 * @param what What messages call it, as `join(…): keep of "paid"`.
 * @throws MillraceError `JOB_INVALID` if it is none.
 * @example
 * offsetMs('-5m', 'from') // -300_000
 */
export function offsetMs(offset: Duration, what: string): number {
  if (typeof offset !== 'string' || !/^-?\d/.test(offset)) {
    const got = typeof offset === 'string' ? JSON.stringify(offset) : givenText(offset)
    throw new MillraceError('JOB_INVALID', `${what}: ${got} is not an offset such as "-5m" or "10s"`)
  }
  const back = offset.startsWith('-')
  const length = (back ? offset.slice(1) : offset) as Duration
  try {
    return back ? 0 - milliseconds(length) : milliseconds(length)
  } catch (cause) {
    throw new MillraceError('JOB_INVALID', `${what}: ${(cause as RangeError).message}`, { cause })
  }
}
