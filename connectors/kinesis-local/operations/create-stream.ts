import { KinesisError } from '../protocol/kinesis-error.ts'
import { initialRanges } from '../streams/hash-key.ts'
import { streamName } from './members.ts'
import { operation } from './operation.ts'

const onDemandShards = 4
const mostShards = 10_000

export const createStream = operation(
  'CreateStream',
  {
    StreamName: { ...streamName, required: true },
    ShardCount: { kind: 'integer', min: 1 },
    StreamModeDetails: {
      kind: 'structure',
      members: { StreamMode: { kind: 'string', required: true, oneOf: ['PROVISIONED', 'ON_DEMAND'] } },
    },
    Tags: { kind: 'map' },
    WarmThroughputMiBps: { kind: 'integer', min: 0 },
    MaxRecordSizeInKiB: { kind: 'integer', min: 1024, max: 10_240 },
  },
  (input, { streams, now }) => {
    const mode = input.StreamModeDetails?.StreamMode === 'ON_DEMAND' ? 'ON_DEMAND' : 'PROVISIONED'
    streams.create({
      name: input.StreamName,
      createdMs: now,
      mode,
      retentionHours: 24,
      maxRecordSizeKiB: input.MaxRecordSizeInKiB ?? 1024,
      shards: initialRanges(shardCount(mode, input.ShardCount)).map((range, index) => ({
        index,
        createdMs: now,
        range,
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
