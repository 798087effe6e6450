import { KinesisError } from '../protocol/kinesis-error.ts'
import { initialRanges } from '../streams/hash-key.ts'
import { mostShards } from '../streams/most-shards.ts'
import type { ShardDescription } from '../streams/shard.ts'
import { type StreamMode, unchanged } from '../streams/stream-description.ts'
import { checkOnDemandQuota, checkShardQuota } from './account-quota.ts'
import { maxRecordSize, streamName } from './members.ts'
import { operation } from './operation.ts'
import { distributionStrategy, strategyNamed } from './record-distribution.ts'
import { modeOf, streamMode } from './stream-mode.ts'
import { checkTagCount, tagMap } from './tags.ts'
import { checkWarmThroughput, warmThroughputMember } from './warm-throughput.ts'

const onDemandShards = 4

export const createStream = operation(
  'CreateStream',
  {
    StreamName: { ...streamName, required: true },
    ShardCount: { kind: 'integer', min: 1 },
    StreamModeDetails: streamMode,
    Tags: tagMap,
    WarmThroughputMiBps: warmThroughputMember,
    MaxRecordSizeInKiB: maxRecordSize,
    RecordDistributionStrategy: distributionStrategy,
  },
  (input, call) => {
    const { StreamName: name, Tags: tags = {}, WarmThroughputMiBps: warm } = input
    checkTagCount(tags, name)
    const mode = modeOf(input.StreamModeDetails)
    if (warm !== undefined) checkWarmThroughput(mode, warm, call)
    const distribution = strategyNamed(input.RecordDistributionStrategy, mode)
    const shards = shardCount(mode, input.ShardCount, warm)
    if (mode === 'ON_DEMAND') checkOnDemandQuota(call)
    else checkShardQuota(call, shards)
    call.streams.create({
      ...unchanged,
      name,
      createdMs: call.now,
      mode,
      retentionHours: 24,
      expiredBeforeMs: call.now,
      maxRecordSizeKiB: input.MaxRecordSizeInKiB ?? 1024,
      tags,
      distribution,
      warmThroughputMiBps: warm ?? null,
      shards: initialShards(shards, call.now),
    })
    return undefined
  },
)

function initialShards(count: number, now: number): ShardDescription[] {
  return initialRanges(count).map((range, index) => ({
    index,
    createdMs: now,
    numberedFromSeconds: Math.floor(now / 1000),
    range,
    parents: [],
    closedMs: null,
  }))
}

function shardCount(mode: StreamMode, wanted: number | undefined, warmMiBps = 0): number {
  const count = mode === 'ON_DEMAND' ? onDemandCount(wanted, warmMiBps) : wanted
  if (count === undefined) {
    throw new KinesisError(
      'ValidationException',
      'ShardCount must be given for a stream in mode PROVISIONED.',
    )
  }
  if (count > mostShards) {
    throw new KinesisError('LimitExceededException', `A stream has at most ${mostShards} shards here.`)
  }
  return count
}

function onDemandCount(wanted: number | undefined, warmMiBps: number): number {
  if (wanted === undefined) return Math.max(onDemandShards, warmMiBps)
  throw new KinesisError(
    'ValidationException',
    'ShardCount must not be given for a stream in mode ON_DEMAND.',
  )
}
