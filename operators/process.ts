import { givenOptions } from '../src/graph/given-options.ts'
import type { Key } from '../src/state/key.ts'
import type { KeyedStream, Step } from '../src/stream.ts'
import type { ProcessContext } from './process/process-context.ts'
import {
  type None,
  type ProcessOptions,
  processOn,
  type Results,
  type StreamWithSides,
} from './process/process-step.ts'

/** A process: what it keeps of each key, and what it does. */
export interface Process<K, T, S, O, E, Out, TimerOut, ProcessingTimerOut>
  extends ProcessOptions<K, S, O, E, TimerOut, ProcessingTimerOut> {
  /** A record has come. */
  readonly onRecord: (value: T, context: ProcessContext<K, S, O, E>) => Results<Out>
}

/**
 * Whatever the other verbs cannot say: functions of your own that work with state, timers and side outputs of each key.
 * They yield results, return them in an array, or return nothing. (As Flink's KeyedProcessFunction. At the end of the
 * input timers that records set all fire; those that timers set fire up to the last time that a record speaks of, so
 * that a timer that sets itself again comes to an end.)
 *
 * Records come in the order of their arrival, which within the bound of disorder may be any: for the same results
 * whatever it is, keep what has come and act in `onTimer`, when event time is complete.
 *
 * @param name Keeps the state in checkpoints: a checkpoint that has another name is refused.
 * @throws MillraceError `JOB_INVALID` for a side output named `main`; while running `OPERATOR_FAILED` for what a function
 *   throws, and `STATE_INVALID` if state holds what is no plain data.
 * @example
 * const alarms = (readings: KeyedStream<string, { degrees: number }>) =>
 *   readings.pipe(
 *     process('alarms', {
 *       state: { high: valueState(0) },
 *       *onRecord({ degrees }, { key, timestamp, state, timers }) {
 *         state.high.value = degrees > 90 ? state.high.value + 1 : 0
 *         if (state.high.value === 3) yield { sensor: key, degrees }
 *         timers.set(timestamp + 60_000, 'silence')
 *       },
 *       *onTimer(_time, { key }) {
 *         yield { sensor: key, degrees: undefined }
 *       },
 *     }),
 *   )
 */
export function process<
  K = Key,
  T = unknown,
  S = None,
  O = None,
  E = never,
  Out = never,
  TimerOut = never,
  ProcessingTimerOut = never,
>(
  name: string,
  options: Process<K, T, S, O, E, Out, TimerOut, ProcessingTimerOut>,
): Step<KeyedStream<K, T>, StreamWithSides<Out | TimerOut | ProcessingTimerOut | E, O>> {
  givenOptions(options, `the options of process(…) "${name}"`)
  return (upstream) =>
    processOn([upstream], { verb: 'process', name, options, onRecord: { onRecord: options.onRecord } })
}
