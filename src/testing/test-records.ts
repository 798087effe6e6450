/** The job crashes here: it starts again at its last checkpoint. An input among others, see {@link testJob}. */
export const crash: unique symbol = Symbol('crash')

/** A record that arrives at a time of its own. */
export class ArrivingRecord {
  readonly time: number
  readonly record: unknown

  constructor(time: number, record: unknown) {
    this.time = time
    this.record = record
  }
}

/** A record that the codec refuses. */
export class UndecodableRecord {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

/**
 * A record for {@link testJob} that arrives at a time of its own, in milliseconds since 1970, and not at that of the
 * test's clock.
 *
 * @example
 * arrivesAt(60_000, { page: '/' }).time // 60_000
 */
export function arrivesAt(timeMs: number, record: unknown): ArrivingRecord {
  return new ArrivingRecord(timeMs, record)
}

/**
 * A record for {@link testJob} that the source's codec refuses, for this reason.
 *
 * @example
 * undecodable('no JSON').reason // 'no JSON'
 */
export function undecodable(reason: string): UndecodableRecord {
  return new UndecodableRecord(reason)
}
