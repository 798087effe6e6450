import type { Key } from '../../src/state/key.ts'

/**
 * What is to be done with a window: nothing, give a result of what it holds, drop what it holds, or both in this order. A
 * window that holds nothing gives no result.
 */
export type TriggerResult = 'continue' | 'fire' | 'purge' | 'fire-and-purge'

/** The bounds of a window that a trigger looks at. */
export interface TriggerWindow {
  readonly start: number
  readonly end: number
  /**
   * The instant at which it closes: a timer of event time that is set here comes when no record of the window can come
   * any more but late ones. `end - 1`; of sessions and others that merge `end`.
   */
  readonly last: number
}

/** Timers of one window. They are part of checkpoints, and gone with the window. */
export interface WindowTimers {
  /** Sets a timer for `time`, in milliseconds since 1970. It exists once for each time. */
  set(time: number): void
  /** Does nothing if there is none. */
  delete(time: number): void
}

/** What the functions of a trigger work with, for the window at hand. It serves one call: keep nothing of it. */
export interface TriggerContext<S> {
  readonly key: Key
  readonly window: TriggerWindow
  /** The event time of the record, or the time of the timer: in milliseconds since 1970. */
  readonly timestamp: number
  /** Up to where event time is complete. */
  readonly watermark: number
  /** Processing time, told only to triggers with `onProcessingTimer` and to those of windows of processing time; else 0. */
  readonly now: number
  /** What the trigger keeps of the window, plain data. Change it in place, or put another. A purge leaves it as it is. */
  state: S
  /** Timers of event time: they fire when the watermark comes to them. */
  readonly timers: WindowTimers
  /** Timers of processing time. At the end of the input all that are left fire, and none can be set. */
  readonly processingTimers: WindowTimers
}

/** What a trigger of your own does. */
export interface TriggerFunctions<T, S> {
  /** What is kept of a window of a key before its first record. */
  readonly create: () => S
  /** A record has come into the window, which holds it already. */
  readonly onRecord: (record: T, context: TriggerContext<S>) => TriggerResult
  /** A timer of event time has fired. */
  readonly onTimer?: (time: number, context: TriggerContext<S>) => TriggerResult
  /** A timer of processing time has fired. */
  readonly onProcessingTimer?: (time: number, context: TriggerContext<S>) => TriggerResult
  /**
   * Windows have become one, or one has grown, before the record that did it is looked at. The state is a new one, the
   * states are those of the windows before; their timers are gone, so those that are wanted are to be set again. Needed
   * for windows that merge, such as sessions.
   */
  readonly onMerge?: (states: readonly S[], context: TriggerContext<S>) => void
}
