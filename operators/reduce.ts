import { MillraceError } from '../src/errors.ts'
import { atOnce, givenFunction } from '../src/graph/given-function.ts'
import type { Key } from '../src/state/key.ts'
import type { Step, Stream, TimeWindow, WindowedStream } from '../src/stream.ts'
import { aggregate, type WindowResult } from './aggregate.ts'
import { type Aggregate, madeOf } from './aggregates/definition.ts'

/**
 * Makes one value of all records of each window of each key: the result has it as `value`, beside `key` and `window`.
 *
 * @param combine Must not change what it is given, and give the same however the records are put together:
 *   `combine(a, combine(b, c))` is `combine(combine(a, b), c)`; and for records that come in any order, also
 *   `combine(b, a)` is `combine(a, b)`. (As Flink's `ReduceFunction`.)
 * @example
 * const highest = (bids: WindowedStream<string, { price: number }, TimeWindow>) =>
 *   bids.pipe(reduce('highest', (a, b) => (b.price > a.price ? b : a)))
 */
export function reduce<K = Key, T = unknown, W = TimeWindow>(
  name: string,
  combine: (a: T, b: T) => T,
): Step<WindowedStream<K, T, W>, Stream<WindowResult<K, W, { value: T }>>> {
  givenFunction(combine, 'reduce')
  return aggregate<K, T, W, { value: T }>(name, { value: reduced(combine) })
}

/** No record, or what the records so far make. */
type Reduced<T> = [] | [T]

function reduced<T>(combine: (a: T, b: T) => T): Aggregate<T, T> {
  return madeOf<T, Reduced<T>, T>({
    kind: 'reduce',
    create: () => [],
    add: (so, value) => [so.length === 0 ? value : combined(combine(so[0], value))],
    merge: (a, b) => (b.length === 0 ? a : a.length === 0 ? [b[0]] : [combined(combine(a[0], b[0]))]),
    result: (so) => so[0]!,
  })
}

function combined<T>(value: T): T {
  atOnce(value, 'reduce')
  if (value !== undefined) return value
  throw new MillraceError('OPERATOR_FAILED', 'the function of reduce(…) gave undefined, which is no record')
}
