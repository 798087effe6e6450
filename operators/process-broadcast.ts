import type { Emit } from '../src/contract/operator.ts'
import { MillraceError } from '../src/errors.ts'
import { operatorOn, unionOf } from '../src/graph/operator-step.ts'
import type { Key } from '../src/state/key.ts'
import type { KeyedStream, Step } from '../src/stream.ts'
import type { BroadcastStream } from './broadcast.ts'
import { updatesAtOnce } from './joins/broadcast-at-once.ts'
import { updatesInOrder } from './joins/broadcast-in-order.ts'
import { type BroadcastOptions, checkBroadcast } from './joins/broadcast-step.ts'
import type { Broadcasting } from './joins/broadcast-table.ts'
import type { KeyedProcess } from './joins/keyed-process.ts'
import { lateSide } from './joins/late-record.ts'
import { ProcessAtOnce } from './joins/process-at-once.ts'
import { ProcessInOrder } from './joins/process-in-order.ts'
import type { KeyedLogic } from './keyed/keyed-logic.ts'
import { KeyedOperator, type KeySelectors } from './keyed/keyed-operator.ts'
import { checkKeyed } from './keyed/keyed-step.ts'
import type { OutputType } from './process/output-type.ts'
import type { ProcessContext } from './process/process-context.ts'
import {
  type None,
  processing,
  type Results,
  type StreamWithSides,
  withSides,
} from './process/process-step.ts'
import type { StateDescriptor } from './process/state-descriptor.ts'

/** What the functions of `processBroadcast(…)` work with: as those of `process(…)`, with a table for all keys. */
export interface BroadcastContext<out K, out S, in O, in E, TK, out V> extends ProcessContext<K, S, O, E> {
  /** As of the record or timer at hand. It is the operator's own: keep nothing of it. */
  readonly table: ReadonlyMap<TK, V>
}

/** A process beside a table: what it keeps of each key, and what it does. */
export interface BroadcastProcess<K, T, TK, V, S, O, E, Out, TimerOut, ProcessingTimerOut>
  extends BroadcastOptions<T> {
  /** State of each key, by the names under which the functions find it. */
  readonly state?: { readonly [N in keyof S]: StateDescriptor<S[N]> }
  /** The side outputs, by their names. */
  readonly outputs?: { readonly [N in keyof O]: OutputType<O[N]> }
  /** What `emit` takes. Results that are yielded or returned need no such word. */
  readonly emits?: OutputType<E>
  /** A record has come. */
  readonly onRecord: (value: T, context: BroadcastContext<K, S, O, E, TK, V>) => Results<Out>
  /** A timer of event time fires; `name` is the one that it was set with. */
  readonly onTimer?: (
    time: number,
    context: BroadcastContext<K, S, O, E, TK, V>,
    name: string | undefined,
  ) => Results<TimerOut>
  /** A timer of processing time fires. */
  readonly onProcessingTimer?: (
    time: number,
    context: BroadcastContext<K, S, O, E, TK, V>,
    name: string | undefined,
  ) => Results<ProcessingTimerOut>
}

/**
 * As {@link process}, beside a table that another stream keeps up to date, such as the rules that are in force: state,
 * timers and side outputs of each key, and the same table for all keys. By default records, updates of the table and timers
 * of event time are put in the order of event time, so that the result is always the same; of one time updates come first,
 * then records, then timers. (As Flink's KeyedBroadcastProcessFunction, where they come as they happen to:
 * `waitFor: 'nothing'` here. An update changes the table alone: it sees no state of keys.)
 *
 * @param name Keeps state, table and what waits in checkpoints: a checkpoint that has another name is refused.
 * @throws MillraceError `JOB_INVALID` for a side output named `main` or `late`; while running, as `process` and
 *   {@link connectBroadcast}.
 * @example
 * const alarms = (
 *   readings: KeyedStream<string, { sensor: string; value: number }>,
 *   limits: BroadcastStream<string, number>,
 * ) =>
 *   readings.pipe(
 *     processBroadcast('alarms', limits, {
 *       state: { above: valueState(0) },
 *       *onRecord({ value }, { key, state: { above }, table }) {
 *         above.value = value > (table.get(key) ?? Infinity) ? above.value + 1 : 0
 *         if (above.value === 3) yield { sensor: key, value }
 *       },
 *     }),
 *   )
 */
export function processBroadcast<
  K = Key,
  T = unknown,
  TK = Key,
  V = unknown,
  S = None,
  O = None,
  E = never,
  Out = never,
  TimerOut = never,
  ProcessingTimerOut = never,
>(
  name: string,
  table: BroadcastStream<TK, V>,
  options: BroadcastProcess<K, T, NoInfer<TK>, NoInfer<V>, S, O, E, Out, TimerOut, ProcessingTimerOut>,
): Step<KeyedStream<K, T>, StreamWithSides<Out | TimerOut | ProcessingTimerOut | E, O>> {
  checkBroadcast('processBroadcast', name, table, options)
  const { onRecord } = options
  const { outputs, detail, logic } = processing({
    verb: 'processBroadcast',
    name,
    options,
    onRecord: { onRecord },
  })
  if (outputs.includes('late')) {
    throw new MillraceError(
      'JOB_INVALID',
      `a side output of "${name}" is called "late", which that of late records is already`,
    )
  }
  const inOrder = options.waitFor !== 'nothing'
  const Operator = inOrder ? ProcessInOrder : ProcessAtOnce
  const order = inOrder ? updatesInOrder : updatesAtOnce
  return (upstream) => {
    checkKeyed(upstream.keySelector, { verb: 'processBroadcast', name })
    // From here on the types of keys and values are the caller's promise.
    const selectors = [upstream.keySelector] as unknown as KeySelectors
    const { keyOf, valueIn } = table as unknown as Broadcasting
    const process: KeyedProcess = {
      broadcasting: { keyOf, valueIn, onRow: () => {} },
      create: (entries, context, restored) =>
        new KeyedOperator(logic(entries) as KeyedLogic<unknown>, selectors, context, restored),
    }
    const main = operatorOn<unknown, Out | TimerOut | ProcessingTimerOut | E>(
      unionOf<unknown>([upstream, table.updates]),
      {
        verb: 'processBroadcast',
        name,
        detail: [order, detail].filter((part) => part !== '').join(', '),
        sides: lateSide(options, 'processBroadcast'),
        create: (context, restored) =>
          new Operator(process, { ...context, emit: context.emit as Emit<unknown> }, restored),
      },
    )
    return withSides(main, outputs)
  }
}
