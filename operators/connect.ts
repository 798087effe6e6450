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

/** A process with two inputs: what it keeps of each key, and what it does with records of either. */
export interface Connected<K, L, R, S, O, E, LeftOut, RightOut, TimerOut, ProcessingTimerOut>
  extends ProcessOptions<K, S, O, E, TimerOut, ProcessingTimerOut> {
  /** A record of the stream before this step has come. */
  readonly onLeft: (value: L, context: ProcessContext<K, S, O, E>) => Results<LeftOut>
  /** A record of the other stream has come. */
  readonly onRight: (value: R, context: ProcessContext<K, S, O, E>) => Results<RightOut>
}

/**
 * As {@link process}, of two keyed streams whose keys mean the same: both see one state. Nothing is said about the order
 * in which records of the two come, so keep what comes first. (As Flink's KeyedCoProcessFunction.)
 *
 * @param name Keeps the state in checkpoints: a checkpoint that has another name is refused.
 * @throws MillraceError As `process`.
 * @example
 * const priced = (orders: KeyedStream<string, { item: string }>, prices: KeyedStream<string, { cents: number }>) =>
 *   orders.pipe(
 *     connect('priced', prices, {
 *       state: { waiting: listState<{ item: string }>(), cents: valueState<number>() },
 *       *onLeft(order, { state: { waiting, cents } }) {
 *         if (cents.value === undefined) waiting.add(order)
 *         else yield { ...order, cents: cents.value }
 *       },
 *       *onRight(price, { state: { waiting, cents } }) {
 *         cents.value = price.cents
 *         for (const order of waiting) yield { ...order, cents: price.cents }
 *         waiting.clear()
 *       },
 *     }),
 *   )
 */
export function connect<
  K = Key,
  L = unknown,
  R = unknown,
  S = None,
  O = None,
  E = never,
  LeftOut = never,
  RightOut = never,
  TimerOut = never,
  ProcessingTimerOut = never,
>(
  name: string,
  right: KeyedStream<K, R>,
  options: Connected<K, L, NoInfer<R>, S, O, E, LeftOut, RightOut, TimerOut, ProcessingTimerOut>,
): Step<KeyedStream<K, L>, StreamWithSides<LeftOut | RightOut | TimerOut | ProcessingTimerOut | E, O>> {
  givenOptions(options, `the options of connect(…) "${name}"`)
  return (left) =>
    processOn([left, right], {
      verb: 'connect',
      name,
      options,
      onRecord: { onLeft: options.onLeft, onRight: options.onRight },
    })
}
