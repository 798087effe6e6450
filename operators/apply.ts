import type { Step, Stream, WindowedStream } from '../src/stream.ts'
import { type Compare, collectedContent, type Project } from './windows/collected-content.ts'
import { windowedOperatorOn } from './windows/windowed-step.ts'

/** How {@link apply} hands records over. */
export interface ApplyOptions<T> {
  /**
   * The order of records of the same event time. Without it that is the order of arrival, which need not be the same
   * when records of one key come by several shards.
   */
  readonly orderBy?: (a: T, b: T) => number
}

/**
 * Calls a function with all records of each window of each key, in the order of their event time. All of them are kept
 * until then, so what an aggregate can say costs less with one. The event time of results is the window's last instant.
 * (As Flink's `ProcessWindowFunction`.)
 *
 * @param name Keeps the windows in checkpoints: a checkpoint that has another name is refused.
 * @param project May be a generator. Must not change the records.
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
  const content = collectedContent(project as Project, options.orderBy as Compare | undefined)
  return (windowed) => windowedOperatorOn<R>(windowed, { verb: 'apply', name, detail: 'records', content })
}
