import type { Consumers } from './consumers.ts'
import type { ShardDescription } from './shard.ts'

export type StreamMode = 'PROVISIONED' | 'ON_DEMAND'

/** What is known of a stream besides its records. The data folder keeps it as JSON. */
export interface StreamDescription {
  readonly name: string
  readonly createdMs: number
  readonly mode: StreamMode
  readonly retentionHours: number
  /** What had expired by then stays expired, even if retention is raised. */
  readonly expiredBeforeMs: number
  readonly maxRecordSizeKiB: number
  readonly tags: { readonly [key: string]: string }
  readonly shardLevelMetrics: readonly string[]
  /** Those with fan-out. Some that are gone may still be among them. */
  readonly consumers: Consumers
  /** All that have not expired, open and closed. */
  readonly shards: readonly ShardDescription[]
}

/** A description as a release wrote it that knew nothing of resharding, tags, monitoring and consumers. */
type Older = Pick<
  StreamDescription,
  'name' | 'createdMs' | 'mode' | 'retentionHours' | 'maxRecordSizeKiB'
> & {
  readonly shards: readonly Pick<ShardDescription, 'index' | 'createdMs' | 'range'>[]
}

/** What an older description leaves out, as it was at its time. */
export function completed(written: Older | StreamDescription): StreamDescription {
  const shards = written.shards.map((shard) => ({
    numberedFromSeconds: Math.floor(shard.createdMs / 1000),
    parents: [],
    closedMs: null,
    ...(shard as Partial<ShardDescription> & typeof shard),
  }))
  return {
    expiredBeforeMs: written.createdMs,
    tags: {},
    shardLevelMetrics: [],
    consumers: [],
    ...(written as Partial<StreamDescription> & Older),
    shards,
  }
}
