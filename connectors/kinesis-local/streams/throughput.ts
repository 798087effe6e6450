import type { ShardLoad } from '../limits/shard-load.ts'
import { KinesisError } from '../protocol/kinesis-error.ts'

/** Says whether one shard has capacity left. All times are milliseconds since 1970. */
export interface Throughput {
  /** What it has taken, if that is measured. */
  readonly load: ShardLoad | undefined
  mayPut(sizeBytes: number, now: number): boolean
  mayGetIterator(now: number): boolean
  mayGetRecords(now: number): boolean
  /** A GetRecords call returned this much. */
  returned(sizeBytes: number, now: number): void
}

export const unlimited: Throughput = {
  load: undefined,
  mayPut: () => true,
  mayGetIterator: () => true,
  mayGetRecords: () => true,
  returned: () => {},
}

/** What the service answers a call that a shard has no capacity for. */
export function rateExceeded(stream: string, shard: string): KinesisError {
  return new KinesisError('ProvisionedThroughputExceededException', rateExceededMessage(stream, shard))
}

export function rateExceededMessage(stream: string, shard: string): string {
  return `Rate exceeded for shard ${shard} in stream ${stream} under account 000000000000.`
}
