import { KinesisError } from '../protocol/kinesis-error.ts'
import type { Member } from '../protocol/shape.ts'
import type { DistributionStrategy, StreamMode } from '../streams/stream-description.ts'

export const distributionStrategy = {
  kind: 'string',
  oneOf: ['AUTO', 'USER_PARTITION_KEY'],
} as const satisfies Member

/**
 * The strategy that an input names, for a stream of this mode.
 *
 * @throws KinesisError InvalidArgumentException for `AUTO` in a stream whose shards are not the service's.
 */
export function strategyNamed(name: string | undefined, mode: StreamMode): DistributionStrategy {
  if (name !== 'AUTO') return 'USER_PARTITION_KEY'
  if (mode === 'ON_DEMAND') return 'AUTO'
  throw new KinesisError(
    'InvalidArgumentException',
    'RecordDistributionStrategy AUTO is only supported for streams in mode ON_DEMAND.',
  )
}
