export { type ObservableSourceOptions, observableSource, type Subscribable } from './observable-source.ts'
export { type ObserverOfRows, observerSink } from './observer-sink.ts'
