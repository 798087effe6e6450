import type { Where } from '../errors.ts'

/** A record that a function of the job failed on. */
export interface FailedRecord {
  /** The operator whose function failed, by its id in the plan, or the sink that cannot write the record. */
  readonly operator: string
  /**
   * What the operator was given. Of a window that failed when it fired in its time: its `key` and `window`. Of a timer: its
   * `key` and `time`, and its `name` if it has one. Of a running aggregate that failed when it was to be told: its `key`.
   */
  readonly value: unknown
  /** Its event time, in milliseconds since 1970. */
  readonly timestamp: number
  /** What went wrong, in words. */
  readonly reason: string
  /** The error's code. */
  readonly code: string
  /** Where the record came from, as far as that is known. */
  readonly where: Where
}
