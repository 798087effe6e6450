import { KinesisError } from '../protocol/kinesis-error.ts'
import { initialRanges } from '../streams/hash-key.ts'
import { maxRecordSize, streamName } from './members.ts'
import { operation } from './operation.ts'
import { mostShards } from './shard-limit.ts'
import { modeOf, streamMode } from './stream-mode.ts'
import { checkTagCount, tagMap } from './tags.ts'

const onDemandShards = 4

export const createStream = operation(
  'CreateStream',
  {
    StreamName: { ...streamName, required: true },
    ShardCount: { kind: 'integer', min: 1 },
    StreamModeDetails: streamMode,
    Tags: tagMap,
    WarmThroughputMiBps: { kind: 'integer', min: 0 },
    MaxRecordSizeInKiB: maxRecordSize,
  },
  (input, { streams, now }) => {
    const tags = input.Tags ?? {}
    checkTagCount(tags, input.StreamName)
    const mode = modeOf(input.StreamModeDetails)
    streams.create({
      name: input.StreamName,
      createdMs: now,
      mode,
      retentionHours: 24,
      expiredBeforeMs: now,
      maxRecordSizeKiB: input.MaxRecordSizeInKiB ?? 1024,
      tags,
      shardLevelMetrics: [],
      consumers: [],
      shards: initialRanges(shardCount(mode, input.ShardCount)).map((range, index) => ({
        index,
        createdMs: now,
        numberedFromSeconds: Math.floor(now / 1000),
        range,
        parents: [],
        closedMs: null,
      })),
    })
    return undefined
  },
)

function shardCount(mode: 'PROVISIONED' | 'ON_DEMAND', wanted: number | undefined): number {
  if (mode === 'ON_DEMAND') {
    if (wanted === undefined) return onDemandShards
    throw new KinesisError(
      'ValidationException',
      'ShardCount must not be given for a stream in mode ON_DEMAND.',
    )
  }
  if (wanted === undefined) {
    throw new KinesisError(
      'ValidationException',
      'ShardCount must be given for a stream in mode PROVISIONED.',
    )
  }
  if (wanted > mostShards) {
    throw new KinesisError('LimitExceededException', `A stream has at most ${mostShards} shards here.`)
  }
  return wanted
}
