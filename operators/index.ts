export { aggregate, type WindowResult } from './aggregate.ts'
export { type Aggregate, average, count, defineAggregate, max, min, sum } from './aggregates.ts'
export { type EventTimeOptions, eventTime } from './event-time.ts'
export { filter } from './filter.ts'
export { flatMap } from './flat-map.ts'
export { keyBy } from './key-by.ts'
export { map } from './map.ts'
export { type Match, type MatchOptions, matchPattern, type TimedOut } from './patterns/match-pattern.ts'
export {
  type AddStep,
  type LoopStep,
  type OpenPattern,
  type Pattern,
  type PatternStart,
  type PatternStep,
  pattern,
  type SoFar,
} from './patterns/pattern.ts'
export type { Skip } from './patterns/skip.ts'
export { sinkTo } from './sink-to.ts'
export { tumbling } from './tumbling.ts'
export { union } from './union.ts'
export { type WindowOptions, window } from './window.ts'
