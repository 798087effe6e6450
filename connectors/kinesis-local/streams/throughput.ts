import { KinesisError } from '../protocol/kinesis-error.ts'

/** Says whether one shard has capacity left. All times are milliseconds since 1970. */
export interface Throughput {
  mayPut(sizeBytes: number, now: number): boolean
  mayGetIterator(now: number): boolean
  mayGetRecords(now: number): boolean
  /** A GetRecords call returned this much. */
  returned(sizeBytes: number, now: number): void
  /** The capacity that each consumer with fan-out has for itself. */
  fanOut(): FanOutThroughput
}

/** Says whether one consumer has capacity left at one shard. */
export interface FanOutThroughput {
  maySubscribe(now: number): boolean
  /** How many milliseconds pass until it may have more; 0 or less if it may now. */
  throttledMs(now: number): number
  /** This much was pushed. */
  pushed(sizeBytes: number): void
}

const unlimitedFanOut: FanOutThroughput = {
  maySubscribe: () => true,
  throttledMs: () => 0,
  pushed: () => {},
}

export const unlimited: Throughput = {
  mayPut: () => true,
  mayGetIterator: () => true,
  mayGetRecords: () => true,
  returned: () => {},
  fanOut: () => unlimitedFanOut,
}

/** What the service answers a call that a shard has no capacity for. */
export function rateExceeded(stream: string, shard: string): KinesisError {
  return new KinesisError('ProvisionedThroughputExceededException', rateExceededMessage(stream, shard))
}

export function rateExceededMessage(stream: string, shard: string): string {
  return `Rate exceeded for shard ${shard} in stream ${stream} under account 000000000000.`
}
