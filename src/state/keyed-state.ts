import type { Layers, StateChanges } from '../contract/snapshot.ts'
import type { Key } from './key.ts'
import type { KeyGroupRange } from './key-group.ts'

/**
 * The values of all keys in one namespace. A value that `get` gave may be changed in place until the call into the
 * operator returns; one that `entries` gave must stay as it is.
 */
export interface StateMap<V> {
  readonly size: number
  get(key: Key): V | undefined
  set(key: Key, value: V): unknown
  delete(key: Key): unknown
  entries(): Iterable<[Key, V]>
}

/** Values per key and namespace; a namespace is a number, such as the start of a window. */
export interface KeyedState<V> {
  /** The values of a namespace, made when it does not exist yet. */
  within(namespace: number): StateMap<V>
  has(namespace: number): boolean
  drop(namespace: number): void
  namespaces(): number[]
  /** Settles when more keys may be used; `undefined` if that is now. Otherwise a cut that is being written is waited for. */
  room(): Promise<void> | undefined
  /** Cuts off what has changed since the last snapshot. Takes next to no time, however much that is. */
  snapshot(): StateChanges
  /**
   * Takes what a checkpoint holds, before anything else is done with the state. When it has settled everything can be
   * asked for: what is not in memory yet is loaded with the first look, and all the rest meanwhile.
   *
   * @param range The key groups to take. Default: all.
   * @throws MillraceError `CHECKPOINT_CORRUPT` if a file cannot be read.
   */
  open(layers: Layers, around: StateSurroundings, range?: KeyGroupRange): Promise<void>
  /** Loads what has timers that are due. */
  loadDue(clock: TimerClock, until: number): void
  /** The earliest timer of what is not loaded yet; infinity if there is none. */
  earliestToLoad(clock: TimerClock): number
}

/** What a state needs of the world outside. */
export interface StateSurroundings {
  /** Ends the loading of what nobody has asked for. */
  readonly signal: AbortSignal
  /** Runs what fails the job if it throws. */
  readonly resume: (act: () => void) => void
}

/** The clocks that timers go by. */
export type TimerClock = 'event' | 'processing'
