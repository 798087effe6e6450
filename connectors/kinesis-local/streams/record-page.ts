import type { Slice } from '../log/shard-log.ts'
import type { Structure } from '../protocol/wire.ts'
import type { Shard } from './shard.ts'

/** What one GetRecords call found. The records are still bytes of their segments; a wire makes them readable. */
export interface RecordPage {
  readonly shard: Shard
  readonly slices: readonly Slice[]
  /** Keys and data together. */
  readonly sizeBytes: number
  /** `undefined` at the end of a closed shard. */
  readonly nextIterator: string | undefined
  /** Told at the end of a closed shard. */
  readonly children: readonly Structure[]
  readonly millisBehindLatest: number
}
