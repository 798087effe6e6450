import {
  type KeyedStream,
  pipeable,
  type SinkHandle,
  type Step,
  type Stream,
  type WindowAssigner,
  type WindowedStream,
} from '../src/stream.ts'

/** What happens at the edge of windows. */
export interface WindowOptions<T> {
  /**
   * Where late records go: records whose window has closed already. Any steps that end in a sink. Without it a late
   * record stops the job with `RECORD_LATE`.
   */
  readonly late?: Step<Stream<T>, SinkHandle>
}

/**
 * Groups keyed records into windows of event time. A window closes, and gives its result, when the watermark reaches
 * its last instant.
 *
 * @example
 * window(tumbling('1m'))
 */
export function window<K, T, W>(
  assigner: WindowAssigner<W>,
  options: WindowOptions<NoInfer<T>> = {},
): Step<KeyedStream<K, T>, WindowedStream<K, T, W>> {
  return (keyed) => pipeable({ assigner, keyed, late: options.late })
}
