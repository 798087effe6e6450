import { MillraceError } from '../../src/errors.ts'
import { type Duration, milliseconds } from '../../src/units.ts'

/**
 * The milliseconds of a duration that may have a sign.
 *
 * @throws MillraceError `JOB_INVALID` if it is none.
 * @example
 * offsetMs('-5m') // -300_000
 */
export function offsetMs(offset: Duration): number {
  const back = offset.startsWith('-')
  const length = (back ? offset.slice(1) : offset) as Duration
  try {
    return back ? 0 - milliseconds(length) : milliseconds(length)
  } catch (cause) {
    throw new MillraceError(
      'JOB_INVALID',
      `${JSON.stringify(offset)} is not an offset such as "-5m" or "10s"`,
      { cause },
    )
  }
}
