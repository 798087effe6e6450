import type { StoredRecords } from './kinesis-api.ts'
import type { SequencePosition } from './sequence-position.ts'
import type { IteratorStart } from './starting-position.ts'

/** What is known of a shard when an iterator is needed. */
export interface ResumeFacts {
  /** The last record read; `undefined` if none has been. */
  readonly after: SequencePosition | undefined
  /** Where the shard is begun. */
  readonly beginning: IteratorStart
  /** Up to which arrival time everything in the shard has been read; `undefined` if that is not known. */
  readonly readUntil: number | undefined
  /** Records that arrived before this time may have expired. */
  readonly retainedSince: number
}

/** Where the iterator is to stand. */
export interface Resumption {
  readonly start: IteratorStart
  /** The record that must come first if nothing is to have been lost. */
  readonly mustSee: SequencePosition | undefined
  /** Records may have expired, and nothing can tell whether. */
  readonly lost: boolean
}

/**
 * Decides where to read on. AFTER_SEQUENCE_NUMBER on an expired record silently goes on with the oldest one that is
 * left. So where expiry is possible, the last record is asked for again: as long as it is there, nothing after it has
 * gone.
 */
export function resumption({ after, beginning, readUntil, retainedSince }: ResumeFacts): Resumption {
  if (after === undefined) {
    // Empty when it was last looked at; what came since may be gone already.
    const lost = readUntil !== undefined && readUntil < retainedSince
    return { start: beginning, mustSee: undefined, lost }
  }
  const { sequenceNumber } = after
  // An aggregate that was read in part must come again; then it also shows that nothing after it has gone.
  const safe = !after.more && readUntil !== undefined && readUntil >= retainedSince
  return safe
    ? { start: { kind: 'after', sequenceNumber }, mustSee: undefined, lost: false }
    : { start: { kind: 'at', sequenceNumber }, mustSee: after, lost: false }
}

/** What of an answer tells whether records are gone. */
export interface ResumedPage {
  readonly records: StoredRecords
  readonly behindMs: number
  /** Nothing follows. */
  readonly last: boolean
}

/** What the answer to a suspicious resumption shows: `unknown` if it was empty and another may show more. */
export type LossVerdict = 'intact' | 'lost' | 'unknown'

/** So many empty answers in a row that claim to be caught up are believed. */
const emptyLooks = 3

/**
 * Whether records expired before they were read. `lost` is said as well when the last record is gone and nothing
 * followed it: then nothing may have been lost, but nobody can tell. An empty answer is no proof at first, whatever
 * it says of being caught up. `look` counts those answers from 1.
 */
export function lossVerdict(mustSee: SequencePosition, page: ResumedPage, look: number): LossVerdict {
  const first = page.records.at(0)
  if (first !== undefined) return first.sequenceNumber === mustSee.sequenceNumber ? 'intact' : 'lost'
  if (page.last) return 'lost'
  return page.behindMs === 0 && look >= emptyLooks ? 'lost' : 'unknown'
}
