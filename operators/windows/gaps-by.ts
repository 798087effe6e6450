import { MillraceError } from '../../src/errors.ts'
import type { Duration } from '../../src/units.ts'
import { lengthOf } from './window-sizes.ts'

/** Enough for gaps that are chosen, and a bound for those that are computed. */
const mostKnown = 1_000

/** The milliseconds of the gap that a function gives for each record. */
export function gapsBy<T>(gapOf: (record: T) => Duration): (record: T) => number {
  const known = new Map<Duration, number>()
  return (record) => {
    const gap = gapOf(record)
    let ms = known.get(gap)
    if (ms === undefined) {
      ms = msOf(gap)
      if (known.size === mostKnown) known.clear()
      known.set(gap, ms)
    }
    return ms
  }
}

function msOf(gap: Duration): number {
  try {
    return lengthOf(gap, `the gap '${gap}'`)
  } catch (cause) {
    throw new MillraceError(
      'OPERATOR_FAILED',
      `session(…) was given ${JSON.stringify(gap)} as the gap of a record, which is not a whole number of milliseconds of at least 1 with its unit, such as '30m'`,
      { cause },
    )
  }
}
