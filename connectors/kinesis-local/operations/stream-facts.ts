import type { Structure } from '../protocol/wire.ts'
import type { LocalStream } from '../streams/local-stream.ts'

/** What every description of a stream says. */
export function streamFacts({ description, arn }: LocalStream): Structure {
  return {
    StreamName: description.name,
    StreamARN: arn,
    StreamStatus: 'ACTIVE',
    StreamModeDetails: { StreamMode: description.mode },
    RetentionPeriodHours: description.retentionHours,
    StreamCreationTimestamp: new Date(description.createdMs),
    EnhancedMonitoring: [{ ShardLevelMetrics: description.shardLevelMetrics }],
    EncryptionType: description.keyId === null ? 'NONE' : 'KMS',
    KeyId: description.keyId ?? undefined,
  }
}
