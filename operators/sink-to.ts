import type { Sink } from '../src/contract/sink.ts'
import { MillraceError } from '../src/errors.ts'
import { givenStream } from '../src/graph/given-stream.ts'
import type { SinkTransformation } from '../src/graph/transformation.ts'
import type { SinkHandle, Step, Stream } from '../src/stream.ts'

/**
 * Ends a stream in a sink.
 *
 * @param name Keeps what the sink has staged in checkpoints: a checkpoint that has another name is refused.
 * @example
 * sinkTo('numbers', collectSink<number>())
 */
export function sinkTo<T>(name: string, sink: Sink<T>): Step<Stream<T>, SinkHandle> {
  if (typeof sink?.open !== 'function')
    throw new MillraceError(
      'JOB_INVALID',
      `sinkTo(…) of "${name}" got no sink, such as deliverySink(…) gives`,
    )
  if ('kind' in sink && (sink.kind === 'objects' || sink.kind === 'requests'))
    throw new MillraceError(
      'JOB_INVALID',
      `sinkTo(…) of "${name}" got a destination, not a sink: put it into deliverySink({ to: … })`,
    )
  return (upstream) => {
    givenStream(upstream, `sinkTo(…) of "${name}": what stands before it`)
    const transformation: SinkTransformation = {
      kind: 'sink',
      name,
      input: upstream.outlet,
      sink: sink as Sink<unknown>,
    }
    return Object.freeze({ sink: Object.freeze(transformation) })
  }
}
