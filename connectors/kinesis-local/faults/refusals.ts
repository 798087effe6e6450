import { KinesisError } from '../protocol/kinesis-error.ts'
import { iteratorExpired } from '../streams/shard-iterator.ts'
import { rateExceeded } from '../streams/throughput.ts'
import type { CallAddress } from './call-address.ts'

/** The operations that have an error of their own for a shard that is asked too much. */
const onShards: ReadonlySet<string> = new Set(['PutRecord', 'PutRecords', 'GetRecords', 'GetShardIterator'])

/** What the service says to an operation that is called too often. */
export function throttled(operation: string, { stream = '', shard }: CallAddress): KinesisError {
  if (onShards.has(operation) && shard !== undefined) return rateExceeded(stream, shard)
  const type = onShards.has(operation) ? 'ProvisionedThroughputExceededException' : 'LimitExceededException'
  const place = stream === '' ? '' : ` for stream ${stream}`
  return new KinesisError(type, `Rate exceeded${place} under account 000000000000.`)
}

export function failedInside(): KinesisError {
  return new KinesisError('InternalFailureException', 'Internal Service Failure.')
}

/** As if the iterator had been issued a little too long ago. */
export function expired(now: number): KinesisError {
  return iteratorExpired(now - 300_001, now)
}
