import { MillraceError } from '../src/errors.ts'
import type { FiringRule, TimeDomain } from '../src/stream.ts'
import type { Duration } from '../src/units.ts'
import { lengthOf } from './windows/window-sizes.ts'

/** Which of a window's results this is. */
export interface Pane {
  /** Before the window closed, when it did, or because of a record that came after that. */
  readonly timing: 'early' | 'on-time' | 'late'
  /** Counts the results of one window of one key, from 0. */
  readonly index: number
}

/** What a window says besides its bounds if it was given a trigger. */
export interface Paned {
  readonly pane: Pane
}

/** Shows the compiler that windows with a trigger say which result it is. No trigger has it. */
declare const shown: unique symbol

/**
 * Says when windows give results. Whatever it says, a window gives one when it closes, and one for each record that
 * comes after that and is allowed to.
 */
export interface Trigger<out P = Paned> extends FiringRule {
  readonly [shown]?: P
}

/**
 * One result when the window closes: as without a trigger, but `window.pane` tells it from its corrections.
 *
 * @example
 * window(tumbling('1m'), { allowedLateness: '1h', trigger: onTime() })
 */
export function onTime(): Trigger {
  return { name: 'on time', purging: false }
}

/**
 * Early results too: at every multiple of `interval` at which a window has something new. They show what has come so
 * far, so they depend on arrival; the result at the close does not. (As Flink's `ContinuousEventTimeTrigger`, and its
 * twin of processing time, which there takes the place of the result at the close.)
 *
 * @param options `time: 'processing'` goes by the clock; without it the time that the windows go by.
 * @throws MillraceError `JOB_INVALID` if the interval is not a whole number of milliseconds of at least 1.
 * @example
 * window(tumbling('1d'), { trigger: every('10s', { time: 'processing' }) })
 */
export function every(interval: Duration, { time }: { readonly time?: TimeDomain } = {}): Trigger {
  return {
    name: `every ${interval}${time === undefined ? '' : ` of ${time} time`}`,
    everyMs: lengthOf(interval, `every('${interval}')`),
    ...(time && { time }),
    purging: false,
  }
}

/**
 * Early results too: after every so many new records of a window. (As Flink's `CountTrigger`, which takes the place of
 * the result at the close.)
 *
 * @throws MillraceError `JOB_INVALID` if the number is not whole and at least 1.
 * @example
 * window(globalWindow(), { trigger: onCount(100) })
 */
export function onCount(records: number): Trigger {
  if (!Number.isSafeInteger(records) || records < 1) {
    throw new MillraceError('JOB_INVALID', `onCount(${records}) takes a whole number of at least 1`)
  }
  return { name: `on count ${records}`, count: records, purging: false }
}

/**
 * The same results, each of which takes its records with it: the next one holds only what came since, and none comes
 * if nothing did. (As Flink's `PurgingTrigger`.) Not for windows that overlap.
 *
 * @example
 * window(globalWindow(), { trigger: purging(onCount(100)) })
 */
export function purging<P>(trigger: Trigger<P>): Trigger<P> {
  return { ...trigger, name: `purging ${trigger.name}`, purging: true }
}
