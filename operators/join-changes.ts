import type { Change } from '../src/contract/change.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { givenOptions } from '../src/graph/given-options.ts'
import type { Key } from '../src/state/key.ts'
import type { KeyedStream, Step, Stream } from '../src/stream.ts'
import { ChangeLogic } from './joins/change-logic.ts'
import { type Combine, givenJoinKind, type JoinKind, type LeftPart, type Partner } from './joins/pairing.ts'
import { forgettingIdle, type IdleOption } from './keyed/idle-keys.ts'
import { keyedOperatorOn } from './keyed/keyed-step.ts'

/** Which rows give a result. */
export interface JoinChangesOptions<J extends JoinKind = JoinKind> extends IdleOption {
  /**
   * `left` also gives the rows of this stream that have no partner, `right` those of the other, `full` those of both:
   * with `undefined` in its place, taken back as soon as a partner comes. Default `'inner'`.
   */
  readonly kind?: J
}

/**
 * Joins the rows of two changelogs that have the same key, and keeps the result up to date: a change of a row gives a
 * change of every result that it is in. The id of a result is made of the ids of its two rows. (As Flink SQL's regular
 * joins of updating tables.)
 *
 * The last state of the result depends on the last state of the two sides alone; which changes lead there depends on
 * which comes first. Changes of one row must come in their order, so they must be in one shard. Every row is kept until
 * it is deleted, or the rows of its key are forgotten by `idle`, those of both sides together. To join within bounds of time, where state is dropped by itself, see {@link intervalJoin}.
 *
 * @param name Keeps the rows in checkpoints.
 * @param other Keyed by the same type, by {@link keyChangesBy}.
 * @param combine Must give the same for the same rows: it is called again to take a result back.
 * @example
 * const named = (
 *   orders: KeyedStream<string, Change<number, { customer: string }>>,
 *   customers: KeyedStream<string, Change<string, { name: string }>>,
 * ) =>
 *   orders.pipe(
 *     joinChanges('customers', customers, { kind: 'left' }, (order, customer) => ({
 *       ...order,
 *       name: customer?.name ?? 'unknown',
 *     })),
 *   )
 */
export function joinChanges<K = Key, L = unknown, R = unknown, Out = unknown, J extends JoinKind = 'inner'>(
  name: string,
  other: KeyedStream<NoInfer<K>, Change<Key, R>>,
  options: JoinChangesOptions<J>,
  combine: (left: LeftPart<J, NoInfer<L>>, right: Partner<J, NoInfer<R>>) => Out,
): Step<KeyedStream<K, Change<Key, L>>, Stream<Change<string, Out>>> {
  givenOptions(options, `the options of joinChanges(…) "${name}"`)
  const kind = givenJoinKind(options.kind, `joinChanges(…): kind of "${name}"`)
  givenFunction(combine, 'joinChanges', `combine of "${name}"`)
  const forgetting = forgettingIdle(options, 2, `joinChanges(…): idle of "${name}"`)
  return (upstream) =>
    keyedOperatorOn<Change<string, Out>>([upstream, other], {
      verb: 'joinChanges',
      name,
      detail: `${kind}, all rows kept until ${options.idle === undefined ? 'deleted' : `idle for ${options.idle}`}`,
      // The types of rows are the caller's promise.
      logic: () => forgetting(new ChangeLogic(kind, combine as Combine)),
    })
}
