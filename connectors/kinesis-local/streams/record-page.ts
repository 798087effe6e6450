import type { Slice } from '../log/shard-log.ts'
import type { Shard } from './shard.ts'

/** What one GetRecords call found. The records are still bytes of their segments; a wire makes them readable. */
export interface RecordPage {
  readonly shard: Shard
  readonly slices: readonly Slice[]
  /** Keys and data together. */
  readonly sizeBytes: number
  readonly nextIterator: string
  readonly millisBehindLatest: number
}
