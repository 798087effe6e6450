import { KinesisError } from '../protocol/kinesis-error.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { Call } from './operation.ts'

/** How much of its quotas the account uses. */
export function accountUse({ streams, now }: Call): { provisionedShards: number; onDemandStreams: number } {
  const all = streams.names().map((name) => streams.get(name, now) as LocalStream)
  const provisioned = all.filter(({ description }) => description.mode === 'PROVISIONED')
  return {
    provisionedShards: provisioned.reduce((sum, { open }) => sum + open.length, 0),
    onDemandStreams: all.length - provisioned.length,
  }
}

/** @throws KinesisError LimitExceededException if the account may not have so many more shards. */
export function checkShardQuota(call: Call, added: number): void {
  const { mostProvisionedShards: most } = call.limits
  if (added <= 0 || most === Number.POSITIVE_INFINITY) return
  if (accountUse(call).provisionedShards + added <= most) return
  throw new KinesisError(
    'LimitExceededException',
    `This request would exceed the shard limit for the account 000000000000 in ${call.streams.region}: ${most} shards.`,
  )
}

/** @throws KinesisError LimitExceededException if the account may not have one more stream in mode ON_DEMAND. */
export function checkOnDemandQuota(call: Call): void {
  const { mostOnDemandStreams: most } = call.limits
  if (most === Number.POSITIVE_INFINITY || accountUse(call).onDemandStreams < most) return
  throw new KinesisError(
    'LimitExceededException',
    `The account 000000000000 has ${most} streams in mode ON_DEMAND, which is its limit.`,
  )
}
