import type { Step, Stream, WindowAssigner, WindowedStream } from '../src/stream.ts'
import { keyBy } from './key-by.ts'
import { type WindowOptions, window } from './window.ts'

/**
 * Groups all records into windows, whatever their key: the key of every result is `'all'`. Where there are very many
 * records, aggregate them by key first, and then all of the results: that is also how the work can be shared.
 *
 * @throws MillraceError As {@link window}.
 * @example
 * const perMinute = (orders: Stream<{ cents: number }>) =>
 *   orders.pipe(windowAll(tumbling('1m')), aggregate('per-minute', { most: max((order) => order.cents) }))
 */
export function windowAll<T, W, P = unknown>(
  assigner: WindowAssigner<W, NoInfer<T>>,
  options: WindowOptions<NoInfer<T>, P> = {},
): Step<Stream<T>, WindowedStream<'all', T, W & P>> {
  const all = keyBy<T, 'all'>(() => 'all')
  const windowed = window<'all', T, W, P>(assigner, options)
  return (upstream) => windowed(all(upstream))
}
