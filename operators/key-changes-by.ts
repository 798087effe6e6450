import type { Change } from '../src/contract/change.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import type { Key } from '../src/state/key.ts'
import type { KeyedStream, Step, Stream } from '../src/stream.ts'
import { flatMap } from './flat-map.ts'
import { keyBy } from './key-by.ts'

/**
 * Keeps the changes of rows of the same key together, as {@link keyBy} does with records. An update that gives a row
 * another key becomes a deletion where the row was and an insertion where it is now.
 *
 * @param keySelector Gives the key of a row: a string, a finite number or a bigint.
 * @example
 * keyChangesBy((order: { customer: string }) => order.customer)
 */
export function keyChangesBy<I, V, K extends Key>(
  keySelector: (row: V) => K,
): Step<Stream<Change<I, V>>, KeyedStream<K, Change<I, V>>> {
  givenFunction(keySelector, 'keyChangesBy')
  const moved = (change: Change<I, V>): Iterable<Change<I, V>> => {
    if (change.op !== 'update' || keySelector(change.before) === keySelector(change.value)) return [change]
    const { key, value, before } = change
    return [
      { op: 'delete', key, before },
      { op: 'insert', key, value },
    ]
  }
  const keyOf = (change: Change<I, V>) => keySelector(change.op === 'delete' ? change.before : change.value)
  return (upstream) => keyBy(keyOf)(flatMap(moved)(upstream))
}
