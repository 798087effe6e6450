/** What is kept of the records of one key. Plain data: checkpoints carry it. */
export interface PatternState {
  /** Records that the watermark has not reached, by their time. */
  readonly waiting: Map<number, unknown[]>
  /** In the order of their first records. */
  partial: PartialMatch[]
  /** Matches that wait until no partial match begins before them; in the order of their first records. */
  complete: CompleteMatch[]
  /** The records that have been taken, by their numbers. */
  readonly records: Map<number, TakenRecord>
  /** What has been taken, by number. Matches that begin alike share it. */
  readonly takings: Map<number, Taking>
  nextRecord: number
  nextTaking: number
}

export interface PartialMatch {
  place: number
  /** The last taking. */
  readonly last: number
  /** The number and the time of the first record. */
  readonly first: number
  readonly firstTime: number
  /** The time of the last record. */
  readonly lastTime: number
  /** One bit for each wait of the place that is still on, and one above them for an end that may still come. */
  live: number
  /** Whether no record has come since the last taking. */
  fresh: boolean
}

export interface CompleteMatch {
  readonly last: number
  readonly first: number
}

/** A step has taken a record. Takings form a tree: each knows the one before it. */
export interface Taking {
  /** 0 for the first. */
  readonly before: number
  readonly step: number
  readonly record: number
  /** The outermost group, by its id, of which a round begins with it. */
  readonly opens?: number
  /** How many takings and matches build on it. */
  holders: number
}

export interface TakenRecord {
  readonly value: unknown
  /** How many takings there are of it. */
  holders: number
}

export function emptyState(): PatternState {
  return {
    waiting: new Map(),
    partial: [],
    complete: [],
    records: new Map(),
    takings: new Map(),
    nextRecord: 1,
    nextTaking: 1,
  }
}

/**
 * Notes that a step has taken a record after `before`, and of which group a round begins with it. Nobody holds the taking
 * yet.
 */
export function take(
  state: PatternState,
  before: number,
  step: number,
  record: number,
  value: unknown,
  opens: number | undefined,
): number {
  const taking = state.nextTaking
  state.nextTaking += 1
  state.takings.set(taking, { before, step, record, holders: 0, ...(opens !== undefined && { opens }) })
  if (before !== 0) hold(state, before)
  const known = state.records.get(record)
  if (known === undefined) state.records.set(record, { value, holders: 1 })
  else known.holders += 1
  return taking
}

export function hold(state: PatternState, taking: number): void {
  state.takings.get(taking)!.holders += 1
}

/** Lets go of a taking. What nobody holds any more is dropped, back to what another match shares. */
export function release(state: PatternState, taking: number): void {
  const { takings, records } = state
  let number = taking
  while (number !== 0) {
    const held = takings.get(number)!
    held.holders -= 1
    if (held.holders > 0) return
    takings.delete(number)
    const record = records.get(held.record)!
    record.holders -= 1
    if (record.holders === 0) records.delete(held.record)
    number = held.before
  }
}
