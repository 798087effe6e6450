import { MillraceError } from '../src/errors.ts'
import { givenChoice } from '../src/graph/given-choice.ts'
import { givenText } from '../src/graph/given-text.ts'
import type { FiringRule, TimeDomain } from '../src/stream.ts'
import type { Duration } from '../src/units.ts'
import type { TriggerFunctions } from './windows/trigger-functions.ts'
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

/** Shows the compiler which records a trigger looks at. No trigger has it. */
declare const looked: unique symbol

/**
 * Says when windows give results. Those that are here add to the result that a window gives when it closes and to the
 * one for each record that comes after that and is allowed to; {@link only} makes one take the place of these. One of
 * your own, by `defineTrigger`, says everything itself.
 */
export interface Trigger<out P = Paned, in T = unknown> extends FiringRule {
  readonly [shown]?: P
  readonly [looked]?: (record: T) => void
  /** What it does if it is one of your own. The types of records and state are the promise of whoever defined it. */
  readonly own?: TriggerFunctions<unknown, unknown>
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
 * far, so they depend on arrival; the result at the close does not. (As Flink's `ContinuousEventTimeTrigger`. Its twin
 * of processing time is `only(every('10s', { time: 'processing' }))`.)
 *
 * @param options `time: 'processing'` goes by the clock; without it the time that the windows go by.
 * @throws MillraceError `JOB_INVALID` if the interval is not a whole number of milliseconds of at least 1.
 * @example
 * window(tumbling('1d'), { trigger: every('10s', { time: 'processing' }) })
 */
export function every(interval: Duration, { time }: { readonly time?: TimeDomain } = {}): Trigger {
  if (time !== undefined) givenChoice(time, ['event', 'processing'], `the time of every('${interval}')`)
  return {
    name: `every ${interval}${time === undefined ? '' : ` of ${time} time`}`,
    everyMs: lengthOf(interval, `every('${interval}')`),
    ...(time && { time }),
    purging: false,
  }
}

/**
 * Early results too: after every so many new records of a window. (Flink's `CountTrigger`, which takes the place of the
 * result at the close, is `only(onCount(100))`.)
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
 * if nothing did. (As Flink's `PurgingTrigger`.) Windows that overlap are purged one by one.
 *
 * @example
 * window(globalWindow(), { trigger: purging(onCount(100)) })
 */
export function purging<P, T>(trigger: Trigger<P, T>): Trigger<P, T> {
  givenTrigger(trigger, 'what purging(…) got')
  return { ...trigger, name: `purging ${trigger.name}`, purging: true }
}

/**
 * These results and no others: it takes the place of the result at the close, and of those for records that come after
 * it. What no result was given of is gone with its window, without a word. (As all triggers are in Flink.)
 *
 * @throws MillraceError `JOB_INVALID` for a trigger that gives no other results.
 * @example
 * window(tumbling('1d'), { trigger: only(purging(onCount(100))) })
 */
export function only<P, T>(trigger: Trigger<P, T>): Trigger<P, T> {
  givenTrigger(trigger, 'what only(…) got')
  if (trigger.own === undefined && trigger.everyMs === undefined && trigger.count === undefined) {
    throw new MillraceError(
      'JOB_INVALID',
      `only(…) of the trigger "${trigger.name}" would give no results at all`,
    )
  }
  return { ...trigger, name: `only ${trigger.name}`, alone: true }
}

/** @throws MillraceError `JOB_INVALID` for what is no trigger. */
export function givenTrigger(given: FiringRule, what: string): void {
  if (typeof given?.name === 'string' && typeof given.purging === 'boolean') return
  throw new MillraceError('JOB_INVALID', `${what} is ${givenText(given)}, not a trigger such as onCount(…)`)
}
