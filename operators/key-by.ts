import { givenFunction } from '../src/graph/given-function.ts'
import type { Key } from '../src/state/key.ts'
import { type KeyedStream, pipeable, type Step, type Stream } from '../src/stream.ts'

/**
 * Keeps records of the same key together, for steps that hold state per key.
 *
 * @param keySelector Gives a string, a finite number or a bigint, always the same one for the same record.
 * @throws MillraceError `JOB_INVALID` for an async function; `KEY_INVALID` while running, for what is no key.
 * @example
 * keyBy((order: { customer: string }) => order.customer)
 */
export function keyBy<T, K extends Key>(keySelector: (value: T) => K): Step<Stream<T>, KeyedStream<K, T>> {
  givenFunction(keySelector, 'keyBy')
  const detail = sourceOf(keySelector)
  return (upstream) => {
    const from = Object.freeze({ kind: 'partition' as const, detail, input: upstream.outlet })
    return pipeable({ outlet: { from, output: 'main' }, keySelector })
  }
}

/** The text of a function on one line, for plans. */
function sourceOf(selector: (value: never) => unknown): string {
  const text = String(selector).replace(/\s+/g, ' ')
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
