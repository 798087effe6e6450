import type { HashKey } from './hash-key.ts'
import type { Shard, ShardDescription } from './shard.ts'

/** What is known of a stream besides its records. The data folder keeps it as JSON. */
export interface StreamDescription {
  readonly name: string
  readonly createdMs: number
  readonly mode: 'PROVISIONED' | 'ON_DEMAND'
  readonly retentionHours: number
  readonly maxRecordSizeKiB: number
  readonly shards: readonly ShardDescription[]
}

/** One stream with its shards, in the order of their hash key ranges. */
export class LocalStream {
  readonly description: StreamDescription
  readonly arn: string
  readonly shards: readonly Shard[]

  constructor(description: StreamDescription, arn: string, shards: readonly Shard[]) {
    this.description = description
    this.arn = arn
    this.shards = shards
  }

  get name(): string {
    return this.description.name
  }

  /** In the order of their ids, as lists show them. */
  shardsById(): Shard[] {
    return this.shards.toSorted((a, b) => a.index - b.index)
  }

  shardOf(shardId: string): Shard | undefined {
    return this.shards.find(({ id }) => id === shardId)
  }

  /** The open shard whose range has the hash key. */
  route(key: HashKey): Shard {
    let low = 0
    let high = this.shards.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.shards[middle] as Shard).range.end < key) low = middle + 1
      else high = middle
    }
    return this.shards[low] as Shard
  }

  /** Lets go of what is older than the retention period. */
  trim(shard: Shard, now: number): void {
    shard.log.trim(now - this.description.retentionHours * 3_600_000)
  }
}
