import type { Emit } from '../../src/contract/operator.ts'
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
    sides: lateSide(options),
    create: (context, restored) =>
      new Join({ keyOf, valueIn, onRow }, { ...context, emit: context.emit as Emit<unknown> }, restored),
  })
}
