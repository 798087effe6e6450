import { MillraceError } from '../src/errors.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { operatorStep } from '../src/graph/operator-step.ts'
import { checkedKey, type Key } from '../src/state/key.ts'
import type { Step, Stream } from '../src/stream.ts'

/**
 * Keeps a share of the records, chosen by what `by` gives of them: all records of one such key are kept, or none. No
 * chance is in it, so that the same records are kept after a restart, in a replay and in every other job, and a greater
 * share keeps all that a smaller one does. (Flink and Kafka Streams have no such verb; Spark's `sample` draws lots.)
 *
 * @param share From 0 (none) to 1 (all).
 * @param by The key of a record, such as its id, or its customer to keep whole histories.
 * @throws MillraceError `JOB_INVALID` if `share` is not from 0 to 1, or for an async function; `KEY_INVALID` while running, if `by` gives no key.
 * @example
 * sample(0.01, (order: { customer: string }) => order.customer)
 */
export function sample<T>(share: number, by: (value: T) => Key): Step<Stream<T>, Stream<T>> {
  if (typeof share !== 'number' || !(share >= 0 && share <= 1))
    throw new MillraceError('JOB_INVALID', `sample(…): the share is ${share}, not a number from 0 to 1`)
  givenFunction(by, 'sample')
  const below = share * 2 ** 32
  return operatorStep<T, T>({
    verb: 'sample',
    detail: `${share * 100} %`,
    create: ({ emit }) => ({
      process: (value, timestamp) => {
        if (hashOf(checkedKey(by(value), 'sample')) < below) emit(value, timestamp)
      },
    }),
  })
}

/**
 * FNV-1a over the text of a key, with the last mix of MurmurHash3 to spread it evenly over 32 bits. Not MD5, by which
 * Kinesis finds the shard of a key: a share of that hash would be some shards and not others.
 */
function hashOf(key: Key): number {
  const text = `${typeof key} ${key}`
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
