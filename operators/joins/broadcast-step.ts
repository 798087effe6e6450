import type { Emit } from '../../src/contract/operator.ts'
import { MillraceError } from '../../src/errors.ts'
import { givenChoice } from '../../src/graph/given-choice.ts'
import { givenOptions } from '../../src/graph/given-options.ts'
import { givenText } from '../../src/graph/given-text.ts'
import { operatorOn, unionOf } from '../../src/graph/operator-step.ts'
import type { Stream } from '../../src/stream.ts'
import type { BroadcastStream } from '../broadcast.ts'
import { BroadcastAtOnce, updatesAtOnce } from './broadcast-at-once.ts'
import { BroadcastInOrder, updatesInOrder } from './broadcast-in-order.ts'
import type { Broadcasting } from './broadcast-table.ts'
import { type LateOption, lateSide } from './late-record.ts'

/** What a record sees of the table. */
export interface BroadcastOptions<T> extends LateOption<T> {
  /**
   * `'watermark'`: a record sees the updates up to its own event time, however the two streams run; it waits until the
   * watermark of both has passed it. `'nothing'`: it sees what happens to be there, so the result depends on which of
   * the two is read first. Default `'watermark'`.
   */
  readonly waitFor?: 'watermark' | 'nothing'
}

/** The stream that comes of records and a table. */
export function broadcastOn<Out>(
  verb: string,
  name: string,
  upstream: Stream<unknown>,
  table: BroadcastStream<unknown, unknown>,
  options: BroadcastOptions<never>,
  onRow: Broadcasting['onRow'],
): Stream<Out> {
  const inOrder = options.waitFor !== 'nothing'
  // From here on the types of keys and values are the caller's promise.
  const { keyOf, valueIn } = table as unknown as Broadcasting
  const Join = inOrder ? BroadcastInOrder : BroadcastAtOnce
  return operatorOn<unknown, Out>(unionOf([upstream, table.updates]), {
    verb,
    name,
    detail: inOrder ? updatesInOrder : updatesAtOnce,
    sides: lateSide(options, verb),
    create: (context, restored) =>
      new Join({ keyOf, valueIn, onRow }, { ...context, emit: context.emit as Emit<unknown> }, restored),
  })
}

/**
 * What a row is joined with, and when, as a verb takes them.
 *
 * @throws MillraceError `JOB_INVALID` for a table that is no broadcast stream, options that are none, and another
 *   `waitFor`.
 */
export function checkBroadcast(verb: string, name: string, table: unknown, options: object): void {
  const { keyOf, updates } = (table ?? {}) as Partial<BroadcastStream<unknown, unknown>>
  if (typeof keyOf !== 'function' || updates === undefined)
    throw new MillraceError(
      'JOB_INVALID',
      `${verb}(…): the table of "${name}" is ${givenText(table)}, not a stream that broadcast(…) gives`,
    )
  givenOptions(options, `the options of ${verb}(…) "${name}"`)
  const { waitFor = 'watermark' } = options as { readonly waitFor?: 'watermark' | 'nothing' }
  givenChoice(waitFor, ['watermark', 'nothing'], `${verb}(…): waitFor of "${name}"`)
  lateSide(options, verb)
}
