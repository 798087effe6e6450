import type { Key } from './key.ts'

/**
 * The values of one namespace that a file of a checkpoint has, or is about to have. Where they lie is what tells one
 * backend from another. What is held is a decoded value until it is kept.
 */
export interface Filed<V> {
  get(key: Key): V | undefined
  has(key: Key): boolean
  /** Whether it was there. */
  delete(key: Key): boolean
  /** Has a value until {@link keep} or {@link delete}. */
  hold(key: Key, value: V): void
  /** What is held, in bytes. Nothing if it has been deleted meanwhile. */
  keep(key: Key, packed: Uint8Array): void
  /** A value that a file has. */
  load(key: Key, packed: Uint8Array): void
  entries(): Iterable<[Key, V]>
  /** None of it is wanted any more. */
  drop(): void
}
