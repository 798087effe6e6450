import { givenFunction } from '../src/graph/given-function.ts'
import type { Key } from '../src/state/key.ts'
import { type Pipeable, pipeable, type Step, type Stream } from '../src/stream.ts'

/**
 * A table that every record of another stream can look into, kept up to date by a stream. Not a stream: only
 * {@link connectBroadcast} and {@link lookupJoin} make one of it, and each keeps a table of its own.
 */
export interface BroadcastStream<out K, out V> extends Pipeable {
  readonly updates: Stream<unknown>
  readonly keyOf: (update: never) => K
  readonly valueIn: (update: never) => V | undefined
}

/**
 * Makes a table of a stream: the last value of each key. (As Flink's broadcast state; in one worker it costs nothing to
 * have it everywhere.)
 *
 * @param keyOf Gives a string, a finite number or a bigint.
 * @param valueIn Gives what stands in the table, `undefined` to delete it. Default: the record itself.
 * @example
 * broadcast((rate: { currency: string; euros: number }) => rate.currency)
 */
export function broadcast<T, K extends Key, V = T>(
  keyOf: (update: T) => K,
  valueIn?: (update: NoInfer<T>) => V | undefined,
): Step<Stream<T>, BroadcastStream<K, V>> {
  givenFunction(keyOf, 'broadcast', 'the function of the key')
  if (valueIn !== undefined) givenFunction(valueIn, 'broadcast', 'the function of the value')
  // Without `valueIn`, V is T.
  const itself = (update: T) => update as unknown as V
  return (updates) => pipeable({ updates, keyOf, valueIn: valueIn ?? itself })
}
