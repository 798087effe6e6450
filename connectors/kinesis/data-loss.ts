import type { Gap } from '../../src/contract/source.ts'
import { MillraceError } from '../../src/errors.ts'
import { interval } from './interval.ts'

/** What a job does when records may have expired before they were read. */
export type OnDataLoss = 'fail' | 'continue'

/** A message names so many at most, and how many there are besides. */
const mostNamed = 20

/**
 * `DATA_LOST` with every interval that may be lost, by hash range. `alike` are those that nobody has looked at yet, and
 * that are as old.
 */
export function dataLost(gaps: readonly Gap[], alike: readonly Gap[], stream: string): MillraceError {
  const [only] = gaps
  const where =
    gaps.length === 1 && only !== undefined ? { shard: only.split, ...sequenceNumberOf(only) } : {}
  const also = alike.length === 0 ? '' : `; others that were read as long ago: ${named(alike)}`
  const happened = `records may have expired before they were read: ${named(gaps)}${also}`
  return new MillraceError('DATA_LOST', happened, { where: { stream, ...where } })
}

/** A gap in words. */
export function gapText({ split, range, from, until }: Gap): string {
  const arrived = interval(from ?? undefined, until)
  return `${split} (hash keys ${range.start} to ${range.end}) those that arrived ${arrived}`
}

function named(gaps: readonly Gap[]): string {
  const more = gaps.length - mostNamed
  const texts = gaps.slice(0, mostNamed).map(gapText)
  return more > 0 ? `${texts.join(', ')} and ${more} more shards` : texts.join(', ')
}

function sequenceNumberOf({ after }: Gap): { sequenceNumber?: string } {
  return after === null ? {} : { sequenceNumber: after.split(':')[0]! }
}
