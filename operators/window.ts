import { MillraceError } from '../src/errors.ts'
import { givenDuration } from '../src/graph/given-duration.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import {
  type KeyedStream,
  pipeable,
  type SinkHandle,
  type Step,
  type Stream,
  type WindowAssigner,
  type WindowedStream,
} from '../src/stream.ts'
import type { Duration } from '../src/units.ts'
import { givenTrigger, type Trigger } from './triggers.ts'
import { merges } from './windows/own-windows.ts'

/** What happens at the edge of windows. */
export interface WindowOptions<T, P = unknown> {
  /**
   * Where late records go: records that came too late for all their windows. Any steps that end in a sink. Without it a
   * late record stops the job with `RECORD_LATE`.
   */
  readonly late?: Step<Stream<T>, SinkHandle>
  /**
   * How long after its close a window is kept, in event time. A record that comes in this time is not late: it gives one
   * more result of its window, corrected. Default `'0s'`. (As in Flink.)
   */
  readonly allowedLateness?: Duration
  /**
   * When there are results besides those at the close, or in their place. With a trigger, `window.pane` of a result says
   * which one it is.
   */
  readonly trigger?: Trigger<P, T>
}

/**
 * Groups keyed records into windows. A window closes, and gives its result, when its time is over: in event time, when
 * the watermark reaches its last instant.
 *
 * @throws MillraceError `JOB_INVALID` for options that make no sense together.
 * @example
 * window(tumbling('1m'))
 * @example
 * window(session('30m'), { allowedLateness: '1h', trigger: every('1m') })
 */
export function window<K, T, W, P = unknown>(
  assigner: WindowAssigner<W, NoInfer<T>>,
  options: WindowOptions<NoInfer<T>, P> = {},
): Step<KeyedStream<K, T>, WindowedStream<K, T, W & P>> {
  const { late, trigger, allowedLateness = '0s' } = options
  if (typeof assigner?.kind !== 'string')
    throw new MillraceError('JOB_INVALID', 'window(…) takes windows, such as tumbling(…), and got none')
  if (late !== undefined) givenFunction(late, 'window', 'late')
  if (trigger !== undefined) givenTrigger(trigger, 'window(…): trigger')
  const allowedLatenessMs = givenDuration(allowedLateness, 'the allowedLateness of window(…)')
  const stage = { assigner, late, trigger, allowedLatenessMs }
  check(stage)
  return (keyed) => pipeable({ ...stage, keyed })
}

/** What can be said of windows before there are records. */
type Stage = Pick<WindowedStream<never, never, never>, 'assigner' | 'allowedLatenessMs'> & {
  readonly trigger: Trigger<unknown, never> | undefined
}

function check({ assigner, trigger, allowedLatenessMs }: Stage): void {
  const wrong = (what: string) => {
    throw new MillraceError('JOB_INVALID', `window(…) of ${assigner.name}: ${what}`)
  }
  const ofEventTime = 'time' in assigner && assigner.time === 'event'
  if (allowedLatenessMs > 0 && !ofEventTime) wrong('nothing is late for it, so it takes no allowedLateness')
  if (assigner.kind === 'count' && trigger !== undefined)
    wrong('it gives its results by count, and takes no trigger')
  if (merges(assigner) && trigger?.own !== undefined && trigger.own.onMerge === undefined)
    wrong(`its windows merge, and the trigger "${trigger.name}" has no onMerge`)
  const byProcessing = 'time' in assigner && assigner.time === 'processing'
  if (byProcessing && trigger?.time === 'event') wrong('it goes by processing time, and so must its trigger')
}
