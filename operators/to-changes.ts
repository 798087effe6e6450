import type { Change } from '../src/contract/change.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { operatorStep } from '../src/graph/operator-step.ts'
import type { Key } from '../src/state/key.ts'
import type { Step, Stream } from '../src/stream.ts'

/**
 * Says of each record that it is a new row: a changelog that only inserts. For what takes changes, such as
 * {@link joinChanges}.
 *
 * @param idOf What tells the row apart from all others. Of rows with the same id and the same key, the one that
 *   comes last stays; for rows that move to another key, or are deleted, see {@link toTable}.
 * @example
 * toChanges((order: { id: string }) => order.id)
 */
export function toChanges<T, I extends Key>(idOf: (value: T) => I): Step<Stream<T>, Stream<Change<I, T>>> {
  givenFunction(idOf, 'toChanges')
  return operatorStep<T, Change<I, T>>({
    verb: 'toChanges',
    create: ({ emit }) => ({
      process: (value, timestamp) => emit({ op: 'insert', key: idOf(value), value }, timestamp),
    }),
  })
}
