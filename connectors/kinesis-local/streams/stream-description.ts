import type { Consumers } from './consumers.ts'
import type { ShardDescription } from './shard.ts'

export type StreamMode = 'PROVISIONED' | 'ON_DEMAND'

/** Who decides on the shard of a record: its keys, or the service, which gives every shard its turn. */
export type DistributionStrategy = 'USER_PARTITION_KEY' | 'AUTO'

/** Changes that the service counts, and allows only so often within a day. */
export type CountedChange = 'mode' | 'shardCount' | 'encryptionStart' | 'encryptionStop'

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
  /** The key that records are encrypted with, as it was named; `null` if they are not. */
  readonly keyId: string | null
  readonly distribution: DistributionStrategy
  /** What the stream was told to be ready for; `null` if it was not. */
  readonly warmThroughputMiBps: number | null
  /** By the ARN of the stream, or of a consumer. */
  readonly policies: { readonly [arn: string]: string }
  /** When each change was made during the last day, oldest first. */
  readonly changes: { readonly [change in CountedChange]?: readonly number[] }
  /** Those with fan-out. Some that are gone may still be among them. */
  readonly consumers: Consumers
  /** All that have not expired, open and closed. */
  readonly shards: readonly ShardDescription[]
}

/** What nobody has asked for. */
export const unchanged = {
  tags: {},
  shardLevelMetrics: [],
  consumers: [],
  keyId: null,
  distribution: 'USER_PARTITION_KEY',
  warmThroughputMiBps: null,
  policies: {},
  changes: {},
} as const satisfies Partial<StreamDescription>

/** A description as a release wrote it that knew nothing of the rest. */
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
    ...unchanged,
    ...(written as Partial<StreamDescription> & Older),
    shards,
  }
}
