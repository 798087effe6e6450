import { MillraceError } from '../../src/errors.ts'
import { allHashKeys, firstHole } from './hash-range.ts'
import type { ListedShard } from './kinesis-api.ts'
import { Lineage } from './lineage.ts'
import type { ResolvedStart } from './starting-position.ts'

/** What the stream looks like at the first start. */
export interface FirstListing {
  /** Every shard that is still there. */
  readonly retained: readonly ListedShard[]
  /** Those that were open at the time to start at; empty for another start. */
  readonly openAtStart: readonly ListedShard[]
}

/**
 * The lineage that a job begins with: which shards the starting position holds for, and their descendants. Shards that
 * had ended before the start are not in it. Throws `OPTION_INVALID`.
 */
export function firstLineage(start: ResolvedStart, { retained, openAtStart }: FirstListing): Lineage {
  const first = firstShards(start, retained, openAtStart)
  const ids = new Set(first.map(({ id }) => id))
  const roots = first.filter(({ parents }) => !parents.some((parent) => ids.has(parent)))
  return Lineage.startingWith(roots, retained)
}

/** The shards to begin with. Where one of them descends from another, the other comes first. */
function firstShards(
  start: ResolvedStart,
  retained: readonly ListedShard[],
  openAtStart: readonly ListedShard[],
): readonly ListedShard[] {
  if (start.kind === 'shards') return namedShards(Object.keys(start.shards), retained)
  if (start.kind === 'trim-horizon') return retained
  // Of a time before the trim horizon some shards have expired; then all that is left comes after it.
  return firstHole(openAtStart.map(({ range }) => range)) === undefined ? openAtStart : retained
}

function namedShards(names: readonly string[], retained: readonly ListedShard[]): readonly ListedShard[] {
  const named = retained.filter(({ id }) => names.includes(id))
  const missing = names.find((name) => !named.some(({ id }) => id === name))
  if (missing !== undefined) throw invalid(`startAt names shard ${missing}, which the stream does not have`)
  const hole = firstHole(named.map(({ range }) => range))
  if (hole !== undefined) {
    const whole = hole.start === allHashKeys.start && hole.end === allHashKeys.end
    throw invalid(
      `startAt names no shard for ${whole ? 'any hash key' : `hash keys ${hole.start} to ${hole.end}`}`,
    )
  }
  const twice = Lineage.startingWith(named, named).overlapping
  if (twice !== undefined) throw invalid(`startAt names shards ${twice.join(' and ')}, which share hash keys`)
  return named
}

function invalid(message: string): MillraceError {
  return new MillraceError('OPTION_INVALID', message)
}
