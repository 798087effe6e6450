import { MillraceError } from '../src/errors.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { givenOptions } from '../src/graph/given-options.ts'
import type { Paned, Trigger } from './triggers.ts'
import type { TriggerFunctions } from './windows/trigger-functions.ts'

/**
 * A trigger of your own: functions that are called for every record of a window and for the timers that they set, and say
 * when it gives a result. It gives no other, also not at the close: for that set a timer at `window.last`. After a
 * window is gone nothing is called for it. (As Flink's `Trigger`, whose `clear` is done for you.)
 *
 * @param name For plans and checkpoints: state of another name is not restored into it.
 * @throws MillraceError `JOB_INVALID` for a trigger without a name; while running `OPERATOR_FAILED` for what is no result
 *   or no time, or a timer that there is no function for.
 * @example
 * const onLarge = defineTrigger('on 1000 more', {
 *   create: () => ({ cents: 0 }),
 *   onRecord(order: { cents: number }, { state, timers, window }) {
 *     timers.set(window.last)
 *     state.cents += order.cents
 *     if (state.cents < 1000) return 'continue'
 *     state.cents = 0
 *     return 'fire'
 *   },
 *   onTimer: () => 'fire',
 * })
 * const largeDays = (orders: KeyedStream<string, { cents: number }>) =>
 *   orders.pipe(window(tumbling('1d'), { trigger: onLarge }), aggregate('days', { orders: count() }))
 */
export function defineTrigger<T, S>(name: string, functions: TriggerFunctions<T, S>): Trigger<Paned, T> {
  if (typeof name !== 'string' || name === '')
    throw new MillraceError('JOB_INVALID', 'defineTrigger(…) needs a name for checkpoints')
  const { create, onRecord, ...hooks } = givenOptions(
    functions,
    `the functions of defineTrigger(…) "${name}"`,
  )
  for (const [each, given] of Object.entries({ create, onRecord }))
    givenFunction(given, 'defineTrigger', `${each} of "${name}"`)
  for (const [each, given] of Object.entries(hooks))
    if (given !== undefined) givenFunction(given, 'defineTrigger', `${each} of "${name}"`)
  // From here on the types of records and state are the promise of the types above.
  return { name, purging: false, own: functions as unknown as TriggerFunctions<unknown, unknown> }
}
