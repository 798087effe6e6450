export { type CollectSink, collectSink } from './collect-sink.ts'
export { bytesSource, type ListRecord, type ListSourceOptions, listSource } from './list-source.ts'
export { type ManualClock, manualClock } from './manual-clock.ts'
export { memoryStore } from './memory-store.ts'
