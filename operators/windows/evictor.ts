import type { Key } from '../../src/state/key.ts'

/** A record of a window with its event time, in milliseconds since 1970. */
export interface WindowRecord<out T> {
  readonly value: T
  readonly timestamp: number
}

/** Of which window records are taken. */
export interface Evicted {
  readonly key: Key
  /** What results say of it. */
  readonly window: unknown
}

/**
 * Takes records out of a window when it gives a result; they are gone for the results after that, too. Each function gets
 * the records in the order in which they are handed over, and gives those that stay, in the same order.
 */
export interface Evictor<in out T> {
  /** Before the records are handed over. */
  before?(records: readonly WindowRecord<T>[], of: Evicted): readonly WindowRecord<T>[]
  /** After they have been handed over: those that stay for the next result. */
  after?(records: readonly WindowRecord<T>[], of: Evicted): readonly WindowRecord<T>[]
}
