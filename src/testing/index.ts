export { type CollectSink, collectSink } from './collect-sink.ts'
export { type CollectTable, collectTable } from './collect-table.ts'
export { bytesSource, type ListRecord, type ListSourceOptions, listSource } from './list-source.ts'
export { type ManualClock, manualClock } from './manual-clock.ts'
export { memoryStore } from './memory-store.ts'
export type { FaultKind } from './simulation/fault.ts'
export type { Missable } from './simulation/retention.ts'
export {
  type Ending,
  type RowsBySink,
  type Simulated,
  type SimulationOptions,
  simulate,
} from './simulation/simulate.ts'
export type { SimulatedInput } from './simulation/simulated-input.ts'
export { type JobTest, type TestedJob, type TestOptions, testJob } from './test-job.ts'
export { ArrivingRecord, arrivesAt, crash, UndecodableRecord, undecodable } from './test-records.ts'
