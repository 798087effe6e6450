import type { Emit, OperatorContext } from '../../src/contract/operator.ts'
import type { Key } from '../../src/state/key.ts'

/** What the values of a state that is a list are called, and how they are encoded. */
export interface WrittenStates {
  readonly names: readonly string[]
  readonly encodings: readonly (string | undefined)[]
}

/**
 * What an operator does with the state of one key. One object serves all keys, so whatever belongs to a key is in its
 * state `S`, which must be plain data: checkpoints carry it.
 */
export interface KeyedLogic<S> {
  /** What must be the same for state of a checkpoint to fit, such as the kind and the parameters of the operator. */
  readonly shape: string
  /** What the values of a state that is a list are called, in their order; others may follow. For migrations. */
  readonly names?: readonly string[]
  /**
   * Whether `onRecord` changes state and timers only once nothing in it can fail any more. No copy of the state is then
   * made for each record, in jobs that go on after one that fails.
   */
  readonly allOrNothing?: true
  /** The state of a key that has none. */
  create(key: Key): S
  /** A record of the call's key has come, by the input of that number. May change the state in place or put another. */
  onRecord(call: KeyedCall<S>, value: unknown, input: number): void
  /** The watermark has come to a time that a timer of the call's key was set for. */
  onTimer?(call: KeyedCall<S>, time: number): void
  /** Processing time has come to a time that a timer of the call's key was set for. */
  onProcessingTimer?(call: KeyedCall<S>, time: number): void
  /**
   * The records at hand have been processed, after some of them have touched the call's key. Keys come in the order in
   * which they were touched first.
   */
  onTouched?(call: KeyedCall<S>): void
  /** Whether the state holds nothing: it is then dropped. A timer fires only if its key has state. */
  isEmpty(state: S): boolean
  /** Before a checkpoint: leaves out of the state of the call's key what is of no use any more. */
  prune?(call: KeyedCall<S>): void
  /** What checkpoints hold of a state, if not the state itself: plain data. `decode` makes it into the state again. */
  encode?(state: S): unknown
  /** @param written What the states were when it was encoded: others, if a migration is to make them anew. */
  decode?(encoded: unknown, written: WrittenStates): S
  /** How the values of a state that is a list are encoded, in their order, where that is not by default. */
  readonly encodings?: readonly (string | undefined)[]
  /** What is known of all keys together, as plain data for checkpoints. `restore` takes it back. */
  snapshot?(): unknown
  restore?(known: unknown): void
  /** What messages call a place in a state; `path` leads there, as in `0.name`. */
  placeOf?(path: string): string
}

/** One call into the logic. The object is the same for all calls: keep nothing of it. */
export interface KeyedCall<S> {
  readonly key: Key
  /** Of the record, or the time of the timer. */
  readonly timestamp: number
  readonly watermark: number
  /** The watermark that was handed on last: what is emitted is late if its time is not after it. */
  readonly handedOn: number
  /** Whether the input has ended: the watermark goes on to the end of time. */
  readonly ending: boolean
  /** Processing time as last told; 0 for a logic that has no processing timers. */
  readonly now: number
  state: S
  readonly emit: Emit<unknown>
  readonly sideOutput: OperatorContext<unknown>['sideOutput']
  readonly count: OperatorContext<unknown>['count']
  /** For a function of the job that fails in a timer, over what records left there. Throws unless the job goes on. */
  readonly refuse: OperatorContext<unknown>['refuse']
  /**
   * Does what may fail in a timer, over no record at hand. In a job that goes on `value` is then refused in its place,
   * nothing that was emitted goes further, and state and timers are as before it: `state` may be another object. Within
   * `onRecord` it is the record that fails. Only for a logic that is not {@link KeyedLogic.allOrNothing}.
   */
  attempt(act: () => void, value: () => unknown): void
  /** Whether a timer is being served: there is no record at hand. */
  readonly ofTimer: boolean
  /** Whether the job goes on after a record that fails. */
  readonly goesOn: boolean
  /** Sets a timer of event time. One at the watermark or before it fires with the next watermark. */
  setTimer(time: number): void
  deleteTimer(time: number): void
  setProcessingTimer(time: number): void
  deleteProcessingTimer(time: number): void
  /** Asks for `onTouched` of the key when no more records are at hand, or the watermark goes on before that. */
  touch(): void
}
