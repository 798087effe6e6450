import { MillraceError } from '../src/errors.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { givenOptions } from '../src/graph/given-options.ts'
import type { Step, Stream, WindowedStream } from '../src/stream.ts'
import { collectedContent, type Project } from './windows/collected-content.ts'
import { evictingContent } from './windows/evicting-content.ts'
import type { Evictor } from './windows/evictor.ts'
import { checkWindowed, windowedOperatorOn } from './windows/windowed-step.ts'

/** How {@link apply} hands records over. */
export interface ApplyOptions<T> {
  /**
   * The order of records of the same event time. Without it that is the order of arrival, which need not be the same
   * when records of one key come by several shards.
   */
  readonly orderBy?: (a: T, b: T) => number
  /**
   * Takes records out of a window before or after they are handed over. Each window then keeps its own records, also
   * where windows overlap.
   */
  readonly evict?: Evictor<T>
}

/**
 * Calls a function with all records of each window of each key, in the order of their event time. All of them are kept
 * until then, so what an aggregate can say costs less with one. The event time of results is the window's last instant.
 * (As Flink's `ProcessWindowFunction`, and `Evictor`.)
 *
 * @param name Keeps the windows in checkpoints: a checkpoint that has another name is refused.
 * @param project May be a generator. Must not change the records.
 * @throws MillraceError `JOB_INVALID` for an evictor on windows of counts, which say themselves what they hold.
 * @example
 * const highest = (bids: WindowedStream<string, { price: number }, TimeWindow>) =>
 *   bids.pipe(
 *     apply('highest', (_auction, _window, records) => {
 *       const price = Math.max(...records.map((bid) => bid.price))
 *       return records.filter((bid) => bid.price === price)
 *     }),
 *   )
 */
export function apply<K, T, W, R>(
  name: string,
  project: (key: K, window: W, records: readonly T[]) => Iterable<R>,
  options: ApplyOptions<NoInfer<T>> = {},
): Step<WindowedStream<K, T, W>, Stream<R>> {
  givenFunction(project, 'apply', `the function of "${name}"`)
  givenOptions(options, `the options of apply(…) "${name}"`)
  if (options.orderBy !== undefined) givenFunction(options.orderBy, 'apply', `orderBy of "${name}"`)
  if (options.evict !== undefined) checkEvictor(options.evict as Evictor<unknown>, name)
  // From here on the types of keys, windows and records are the caller's promise.
  const { orderBy, evict } = options as ApplyOptions<unknown>
  const content =
    evict === undefined
      ? collectedContent(project as Project, orderBy)
      : evictingContent(project as Project, orderBy, evict)
  return (windowed) => {
    checkWindowed(windowed, 'apply', name)
    if (evict !== undefined && windowed.assigner.kind === 'count') throw evictionRefused(name)
    return windowedOperatorOn<R>(windowed, { verb: 'apply', name, detail: 'records', content })
  }
}

function evictionRefused(name: string): MillraceError {
  return new MillraceError(
    'JOB_INVALID',
    `"${name}" takes records out of windows of counts, which say themselves what they hold: use window(globalWindow(), { trigger: onCount(…) })`,
  )
}

function checkEvictor({ before, after }: Evictor<unknown>, name: string): void {
  for (const [hook, each] of Object.entries({ before, after }))
    if (each !== undefined) givenFunction(each, 'apply', `${hook} of the evictor of "${name}"`)
  if (before === undefined && after === undefined)
    throw new MillraceError(
      'JOB_INVALID',
      `apply(…): evict of "${name}" has neither before nor after, as keepLast(…) gives it`,
    )
}
