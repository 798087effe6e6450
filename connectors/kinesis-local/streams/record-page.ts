import type { Slice } from '../log/shard-log.ts'
import type { Structure } from '../protocol/wire.ts'
import type { Shard } from './shard.ts'

/** Records of a shard, one after the other. They are still bytes of their segments; a wire makes them readable. */
export interface RecordRun {
  readonly shard: Shard
  readonly slices: readonly Slice[]
  /** Keys and data together. */
  readonly sizeBytes: number
  /** Told at the end of a closed shard. */
  readonly children: readonly Structure[]
  readonly millisBehindLatest: number
}

/** What one GetRecords call found. */
export interface RecordPage extends RecordRun {
  /** `undefined` at the end of a closed shard. */
  readonly nextIterator: string | undefined
}

/** What a subscription pushes at once. */
export interface RecordEvent extends RecordRun {
  /** The number to go on after; `undefined` at the end of a closed shard. */
  readonly continuation: string | undefined
}
