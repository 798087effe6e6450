import { createStream } from './create-stream.ts'
import { deleteStream } from './delete-stream.ts'
import { describeStream } from './describe-stream.ts'
import { describeStreamSummary } from './describe-stream-summary.ts'
import { getRecords } from './get-records.ts'
import { getShardIterator } from './get-shard-iterator.ts'
import { listShards } from './list-shards.ts'
import { listStreams } from './list-streams.ts'
import type { Operation } from './operation.ts'
import { putRecord } from './put-record.ts'
import { putRecords } from './put-records.ts'

/** All that the embedded Kinesis can do, by name. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  [
    createStream,
    deleteStream,
    describeStream,
    describeStreamSummary,
    getRecords,
    getShardIterator,
    listShards,
    listStreams,
    putRecord,
    putRecords,
  ].map((operation) => [operation.name, operation]),
)

/** What the service can do and the embedded Kinesis cannot yet. */
export const missingOperations: ReadonlySet<string> = new Set([
  'AddTagsToStream',
  'CreateChannel',
  'DecreaseStreamRetentionPeriod',
  'DeleteChannel',
  'DeleteResourcePolicy',
  'DeregisterStreamConsumer',
  'DescribeAccountSettings',
  'DescribeChannel',
  'DescribeLimits',
  'DescribeStreamConsumer',
  'DisableEnhancedMonitoring',
  'EnableEnhancedMonitoring',
  'GetResourcePolicy',
  'IncreaseStreamRetentionPeriod',
  'ListChannels',
  'ListStreamConsumers',
  'ListTagsForResource',
  'ListTagsForStream',
  'MergeShards',
  'PutResourcePolicy',
  'RegisterStreamConsumer',
  'RemoveTagsFromStream',
  'SplitShard',
  'StartStreamEncryption',
  'StopStreamEncryption',
  'SubscribeToShard',
  'TagResource',
  'UntagResource',
  'UpdateAccountSettings',
  'UpdateChannel',
  'UpdateMaxRecordSize',
  'UpdateShardCount',
  'UpdateStreamMode',
  'UpdateStreamRecordDistributionStrategy',
  'UpdateStreamWarmThroughput',
])
