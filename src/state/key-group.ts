import { hash } from 'node:crypto'
import type { Key } from './key.ts'

/**
 * How many key groups there are, for every job and for ever. State moves between workers in whole groups, so the
 * number must never change. (The idea is Flink's; there the number is the job's to choose and then cannot change.)
 */
export const keyGroups = 2 ** 15

/** Key groups from `first` to `last`, both included. */
export interface KeyGroupRange {
  readonly first: number
  readonly last: number
}

export const allKeyGroups: KeyGroupRange = { first: 0, last: keyGroups - 1 }

/**
 * The key group of a key: the top 15 bits of the MD5 of its text in UTF-8. Kinesis places a partition key by the same
 * hash, so the hash range of a shard is a range of key groups, and state can follow its shard.
 */
export function keyGroupOf(key: Key): number {
  // In one call: of the ways that Node has to hash, the one that leaves nothing behind for the garbage collection.
  const digest = hash('md5', String(key), 'binary')
  return (digest.charCodeAt(0) << 7) | (digest.charCodeAt(1) >> 1)
}
