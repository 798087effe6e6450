import { MillraceError } from '../../src/errors.ts'
import { givenFunction } from '../../src/graph/given-function.ts'
import { compareCanonically } from './canonical-text.ts'
import { type Aggregate, aggregateOf } from './definition.ts'
import { compareRanks, type Rank, rank } from './scalar.ts'

/** What decides between values of the same event time. */
export interface TieOptions<T> {
  /** The one of the highest rank is the later one. Without it an order of the values decides that is always the same. */
  readonly tie?: (value: T) => Rank
}

interface Kept {
  readonly timestamp: number
  readonly tie: Rank
  readonly value: unknown
}

/** The value at one end of event time: `sign` is 1 for the last, -1 for the first. */
export function byTime<T, V>(
  kind: string,
  sign: 1 | -1,
  of: (value: T) => V,
  { tie }: TieOptions<T>,
): Aggregate<T, V, undefined> {
  givenFunction(of, kind)
  if (tie !== undefined) givenFunction(tie, kind, 'tie')
  const further = (a: Kept, b: Kept) => (sign * compareKept(a, b) >= 0 ? a : b)
  return aggregateOf<T, Kept | undefined, V, undefined>({
    kind,
    create: () => undefined,
    add: (kept, value, timestamp) => {
      if (kept !== undefined && sign * (kept.timestamp - timestamp) > 0) return kept
      const come = { timestamp, tie: tie === undefined ? 0 : rank(tie(value), kind), value: of(value) }
      return kept === undefined ? come : further(kept, come)
    },
    merge: (a, b) => (a === undefined ? b : b === undefined ? a : further(a, b)),
    result: (kept) => kept?.value as V,
    ofNone: () => undefined,
    retracting: () => {
      throw new MillraceError(
        'JOB_INVALID',
        `${kind}(…) goes by event time, which rows of a changelog do not keep: use argMax or argMin with a time of the row`,
      )
    },
  })
}

function compareKept(a: Kept, b: Kept): number {
  return a.timestamp - b.timestamp || compareRanks(a.tie, b.tie) || compareCanonically(a.value, b.value)
}
