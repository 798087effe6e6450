import { operatorOn } from '../src/graph/operator-step.ts'
import type { Key } from '../src/state/key.ts'
import type { Step, Stream, TimeWindow, WindowedStream } from '../src/stream.ts'
import type { Aggregate } from './aggregates/definition.ts'
import { givenAggregates } from './aggregates/given-aggregates.ts'
import { checkKeyed } from './keyed/keyed-step.ts'
import { WindowAggregation, type WindowAggregationOptions } from './window-aggregation.ts'
import { aggregatedContent } from './windows/aggregated-content.ts'
import { checkWindowed, lateSide, windowedOperatorOn } from './windows/windowed-step.ts'

type Flat<T> = { [N in keyof T]: T[N] } & {}

/** What a window gives: its key, itself, and each aggregate under its name. */
export type WindowResult<K, W, R> = Flat<{ key: K; window: W } & R>

/**
 * Aggregates each window of each key. The results of one window come in the order of their keys, windows in the order
 * of their ends, so that the same input always gives the same output in the same order. The event time of a result is
 * the window's last instant.
 *
 * The defaults of the types are what the compiler goes on with after a missing `window`, so that it reports no more
 * than that.
 *
 * @param name Keeps the windows in checkpoints: a checkpoint that has another name is refused.
 * @param aggregates By the names that they get in the result; `key` and `window` are taken.
 * @throws MillraceError `JOB_INVALID` for an aggregate named `key` or `window`; while running `RECORD_LATE` for a record
 *   whose window has closed, unless `window` names an output for it.
 * @example
 * const totals = (days: WindowedStream<string, { cents: number }, TimeWindow>) =>
 *   days.pipe(aggregate('totals', { orders: count(), cents: sum((order) => order.cents) }))
 */
export function aggregate<
  K = Key,
  T = unknown,
  W = TimeWindow,
  R extends Record<string, unknown> = Record<never, never>,
>(
  name: string,
  aggregates: { [N in keyof R]: Aggregate<T, R[N]> },
): Step<WindowedStream<K, T, W>, Stream<WindowResult<K, W, R>>> {
  givenAggregates(aggregates, `the aggregate "${name}"`, ['key', 'window'], 'every result')
  const content = aggregatedContent(aggregates as unknown as Aggregates)
  return (windowed) => {
    checkWindowed(windowed, 'aggregate', name)
    if (isPlain(windowed)) return plainAggregation(name, windowed, content)
    return windowedOperatorOn(windowed, { verb: 'aggregate', name, detail: content.shape, content })
  }
}

type Aggregates = Readonly<Record<string, Aggregate<unknown, unknown>>>

type AnyWindows = WindowedStream<unknown, unknown, unknown>
type Plain = AnyWindows & { readonly assigner: WindowAggregationOptions['assigner'] }

/** Windows of the clock that give one result each: by far the most common ones, which have an operator of their own. */
function isPlain(windowed: AnyWindows): windowed is Plain {
  const { assigner, trigger, allowedLatenessMs } = windowed
  const byClock = assigner.kind === 'aligned' || assigner.kind === 'sliding'
  return byClock && assigner.time === 'event' && trigger === undefined && allowedLatenessMs === 0
}

function plainAggregation<Out>(
  name: string,
  windowed: Plain,
  content: WindowAggregationOptions['content'],
): Stream<Out> {
  // From here on the types of records, keys and results are the caller's promise: the operator is the same for all.
  const { assigner, keyed } = windowed
  checkKeyed(keyed.keySelector, { verb: 'aggregate', name })
  const options = {
    assigner,
    content,
    keySelector: keyed.keySelector as WindowAggregationOptions['keySelector'],
  }
  return operatorOn<unknown, Out>(keyed, {
    verb: 'aggregate',
    name,
    detail: `${assigner.name}: ${content.shape}`,
    sides: lateSide(windowed),
    create: (context, restored) =>
      new WindowAggregation(options, { ...context, emit: context.emit as Emit }, restored),
  })
}

type Emit = (value: unknown, timestamp: number) => void
