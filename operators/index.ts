export { aggregate, type WindowResult } from './aggregate.ts'
export { approximateCountDistinct } from './aggregates/approximate-count-distinct.ts'
export { argMax } from './aggregates/arg-max.ts'
export { argMin } from './aggregates/arg-min.ts'
export { average } from './aggregates/average.ts'
export { averageBigint } from './aggregates/average-bigint.ts'
export { type AverageDecimalOptions, averageDecimal } from './aggregates/average-decimal.ts'
export type { TieOptions } from './aggregates/by-time.ts'
export { collect } from './aggregates/collect.ts'
export { combined } from './aggregates/combined.ts'
export { count, countIf } from './aggregates/count.ts'
export { countDistinct } from './aggregates/count-distinct.ts'
export { decimalUnits } from './aggregates/decimal-units.ts'
export { type Aggregate, type AggregateParts, defineAggregate } from './aggregates/definition.ts'
export { distinct } from './aggregates/distinct.ts'
export { filtered } from './aggregates/filtered.ts'
export { first } from './aggregates/first.ts'
export { last } from './aggregates/last.ts'
export { mapped } from './aggregates/mapped.ts'
export { max } from './aggregates/max.ts'
export { maxDecimal } from './aggregates/max-decimal.ts'
export { min } from './aggregates/min.ts'
export { minDecimal } from './aggregates/min-decimal.ts'
export { type QuantileOptions, quantiles } from './aggregates/quantiles.ts'
export type { Rounding, RoundingOption } from './aggregates/rounding.ts'
export { sampleVariance } from './aggregates/sample-variance.ts'
export type { Rank, Scalar } from './aggregates/scalar.ts'
export { standardDeviation } from './aggregates/standard-deviation.ts'
export { sum } from './aggregates/sum.ts'
export { sumBigint } from './aggregates/sum-bigint.ts'
export { sumDecimal } from './aggregates/sum-decimal.ts'
export { topK } from './aggregates/top-k.ts'
export { variance } from './aggregates/variance.ts'
export { type ApplyOptions, apply } from './apply.ts'
export { type AssignedWindowsOptions, assignedWindows } from './assigned-windows.ts'
export type { AsyncFunction, CallContext } from './async/call.ts'
export { type AsyncMapOptions, asyncMap } from './async-map.ts'
export { type BroadcastStream, broadcast } from './broadcast.ts'
export { asRetractions, type Retraction } from './changelog/as-retractions.ts'
export { asUpserts, type Upsert } from './changelog/as-upserts.ts'
export { groupBy } from './changelog/group-by.ts'
export { type RunningRow, runningAggregate } from './changelog/running-aggregate.ts'
export type { Emission, RunningOptions } from './changelog/running-options.ts'
export { type SuppressOptions, suppress, type WindowedRow } from './changelog/suppress.ts'
export { type SuppressChangesOptions, suppressChanges } from './changelog/suppress-changes.ts'
export { type TableOptions, toTable } from './changelog/to-table.ts'
export { type CoGroup, coGroup } from './co-group.ts'
export { type Connected, connect } from './connect.ts'
export { connectBroadcast } from './connect-broadcast.ts'
export { type CountWindow, countWindow } from './count-window.ts'
export { decode } from './decode.ts'
export {
  type DeduplicateOptions,
  deduplicate,
  type KeepChanges,
  type KeepFirst,
  type KeepLast,
} from './deduplicate.ts'
export { defineTrigger } from './define-trigger.ts'
export { encode } from './encode.ts'
export { type EventTimeOptions, eventTime } from './event-time.ts'
export { keepLast, keepNear, keepRecent } from './evictors.ts'
export { filter } from './filter.ts'
export { flatMap } from './flat-map.ts'
export { type EverythingWindow, globalWindow } from './global-window.ts'
export { type IntervalJoinOptions, intervalJoin } from './interval-join.ts'
export { type JoinOptions, join } from './join.ts'
export { type JoinChangesOptions, joinChanges } from './join-changes.ts'
export { keyBy } from './key-by.ts'
export { keyChangesBy } from './key-changes-by.ts'
export type { IdleOption } from './keyed/idle-keys.ts'
export { type LogOptions, log } from './log.ts'
export { type LookupJoinOptions, lookupJoin } from './lookup-join.ts'
export { map } from './map.ts'
export { ascending, type Comparator, descending, type Sortable } from './orders.ts'
export { partition } from './partition.ts'
export { type Match, type MatchOptions, matchPattern, type TimedOut } from './patterns/match-pattern.ts'
export {
  type AddStep,
  type GroupLoop,
  type LoopStep,
  type Maybe,
  type OpenPattern,
  type Pattern,
  type PatternEnd,
  type PatternGroup,
  type PatternStart,
  type PatternStep,
  pattern,
  type Rounds,
  type SoFar,
} from './patterns/pattern.ts'
export type { Skip } from './patterns/skip.ts'
export { type AggregatingState, aggregatingState } from './process/aggregating-state.ts'
export type { ProcessClock } from './process/current.ts'
export type { ProcessTimers } from './process/key-timers.ts'
export type { TimeToLive } from './process/lifetime.ts'
export { type ListState, listState } from './process/list-state.ts'
export { type MapState, mapState } from './process/map-state.ts'
export { type OutputType, output } from './process/output-type.ts'
export type { ProcessContext } from './process/process-context.ts'
export type { ProcessOptions, Results, StreamWithSides } from './process/process-step.ts'
export { type ReducingState, reducingState } from './process/reducing-state.ts'
export type { StateDescriptor, StateOptions } from './process/state-descriptor.ts'
export { type ValueState, valueState } from './process/value-state.ts'
export { type Process, process } from './process.ts'
export { type BroadcastContext, type BroadcastProcess, processBroadcast } from './process-broadcast.ts'
export { reduce } from './reduce.ts'
export { rx } from './rx.ts'
export { sample } from './sample.ts'
export { session } from './session.ts'
export { sinkTo } from './sink-to.ts'
export { sliding } from './sliding.ts'
export { type Passing, type Predicates, type SplitStreams, splitBy } from './split-by.ts'
export { tap } from './tap.ts'
export { type TemporalJoinOptions, temporalJoin } from './temporal-join.ts'
export { type ThrottleOptions, throttle } from './throttle.ts'
export { toChanges } from './to-changes.ts'
export { type TopNOptions, topN } from './top-n.ts'
export { every, onCount, only, onTime, type Pane, type Paned, purging, type Trigger } from './triggers.ts'
export { tumbling } from './tumbling.ts'
export { union } from './union.ts'
export { type WindowOptions, window } from './window.ts'
export { windowAll } from './window-all.ts'
export { type WindowJoinOptions, windowJoin } from './window-join.ts'
export type { Evicted, Evictor, WindowRecord } from './windows/evictor.ts'
export type {
  TriggerContext,
  TriggerFunctions,
  TriggerResult,
  TriggerWindow,
  WindowTimers,
} from './windows/trigger-functions.ts'
export type { WindowPlacing } from './windows/window-sizes.ts'
