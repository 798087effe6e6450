import { MillraceError } from '../src/errors.ts'
import { operatorOn } from '../src/graph/operator-step.ts'
import type { Key } from '../src/state/key.ts'
import type { Step, Stream, TimeWindow, WindowedStream } from '../src/stream.ts'
import type { Aggregate } from './aggregates/definition.ts'
import { checkKeyed } from './keyed/keyed-step.ts'
import { WindowAggregation, type WindowAggregationOptions } from './window-aggregation.ts'
import { aggregatedContent } from './windows/aggregated-content.ts'
import { lateSide, windowedOperatorOn } from './windows/windowed-step.ts'

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
  for (const taken of ['key', 'window']) {
    if (taken in (aggregates ?? {})) {
      throw new MillraceError(
        'JOB_INVALID',
        `an aggregate of "${name}" is called "${taken}", which every result has already`,
      )
    }
  }
  for (const [each, aggregate] of Object.entries(aggregates ?? { aggregates })) {
    if (typeof (aggregate as Aggregate<T, unknown> | undefined)?.add === 'function') continue
    throw new MillraceError(
      'JOB_INVALID',
      `"${each}" of the aggregate "${name}" is ${typeof aggregate === 'function' ? 'a function' : String(aggregate)}, not an aggregate such as count()`,
    )
  }
  const content = aggregatedContent(aggregates as unknown as Aggregates)
  return (windowed) => {
    if (windowed.assigner === undefined)
      throw new MillraceError(
        'JOB_INVALID',
        `aggregate(…) of "${name}" stands on no windows: put window(…) before it`,
      )
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
