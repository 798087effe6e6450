import { MillraceError } from '../src/errors.ts'
import { givenStream } from '../src/graph/given-stream.ts'
import { unionOf } from '../src/graph/operator-step.ts'
import type { Step, Stream } from '../src/stream.ts'

/**
 * Puts other streams beside this one: the records of all of them, each stream's in their order. Event time is that of
 * the stream that is furthest behind.
 *
 * @throws MillraceError `JOB_INVALID` without another stream.
 * @example
 * const both = (web: Stream<string>, app: Stream<string>) => web.pipe(union(app))
 */
export function union<T, U>(...others: readonly Stream<U>[]): Step<Stream<T>, Stream<T | U>> {
  if (others.length === 0) throw new MillraceError('JOB_INVALID', 'union() needs at least one other stream')
  for (const other of others) givenStream(other, 'union(…): one of them')
  return (upstream) => unionOf<T | U>([upstream, ...others])
}
