/**
 * The bridge to RxJS: the only file that imports it. The dataflow carries batches through Observables; the life of a
 * job is Observables too.
 */
export { Observable, type OperatorFunction, ReplaySubject, Subject } from 'rxjs'
