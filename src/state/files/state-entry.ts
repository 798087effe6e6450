import type { Key } from '../key.ts'

/** What a checkpoint says of one key in one namespace. */
export interface StateEntry {
  readonly namespace: number
  readonly key: Key
  /** The value as the codec of the file encodes it; `undefined` says that the key has none any more. */
  readonly value: Uint8Array | undefined
  /** When something is due for the key, in milliseconds since 1970. */
  readonly timers: KeyTimes
}

/** The timers of one key. */
export interface KeyTimes {
  readonly event: readonly number[]
  readonly processing: readonly number[]
}

export const noTimes: KeyTimes = { event: [], processing: [] }
