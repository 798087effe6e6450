export { folderStore } from './checkpoint/folder-store.ts'
export type { Change } from './contract/change.ts'
export type { CheckpointStore } from './contract/checkpoint-store.ts'
export {
  type Codec,
  codecOf,
  type Decode,
  type Encode,
  type Encoder,
  encoderOf,
  type Format,
} from './contract/codec.ts'
export type { FailedRecord } from './contract/failed-record.ts'
export { json } from './contract/json-format.ts'
export { ndjson } from './contract/ndjson-format.ts'
export type {
  ObjectContent,
  ObjectContext,
  ObjectDestination,
  ObjectStage,
  StagedObject,
} from './contract/object-destination.ts'
export {
  exponentialDelay,
  failureRate,
  fixedDelay,
  noRestart,
  type RestartStrategy,
} from './contract/restart-strategy.ts'
export type { Undecodable } from './contract/source.ts'
export type { StandardSchema } from './contract/standard-schema.ts'
export {
  type DiskState,
  type DiskStateOptions,
  diskState,
  memoryState,
  type StateBackend,
} from './contract/state-backend.ts'
export type { Migration, StateEvolution } from './contract/state-evolution.ts'
export { systemClock } from './contract/system.ts'
export { type ErrorCode, errorCodes, MillraceError, type Where } from './errors.ts'
export {
  type FromOptions,
  type Job,
  type JobBuilder,
  type JobOptions,
  job,
} from './job.ts'
export type { CheckpointSummary, JobEvent } from './observe/events.ts'
export type { JobMetrics, SplitMetrics } from './observe/metrics.ts'
export { run } from './runtime/run.ts'
export type { JobResult, RunningJob, RunOptions } from './runtime/running-job.ts'
export type {
  AlignedWindows,
  AssignedWindows,
  Bounds,
  CountWindows,
  FiringRule,
  GlobalWindows,
  GroupedStream,
  KeyedStream,
  Pipeable,
  SessionWindows,
  SinkHandle,
  SlidingWindows,
  Step,
  Stream,
  TimeDomain,
  TimeWindow,
  WindowAssigner,
  WindowedStream,
} from './stream.ts'
export type { Duration, Size } from './units.ts'
