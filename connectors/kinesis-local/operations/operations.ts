import { addTagsToStream } from './add-tags-to-stream.ts'
import { createStream } from './create-stream.ts'
import { decreaseStreamRetentionPeriod } from './decrease-stream-retention-period.ts'
import { deleteStream } from './delete-stream.ts'
import { deregisterStreamConsumer } from './deregister-stream-consumer.ts'
import { describeLimits } from './describe-limits.ts'
import { describeStream } from './describe-stream.ts'
import { describeStreamConsumer } from './describe-stream-consumer.ts'
import { describeStreamSummary } from './describe-stream-summary.ts'
import { disableEnhancedMonitoring } from './disable-enhanced-monitoring.ts'
import { enableEnhancedMonitoring } from './enable-enhanced-monitoring.ts'
import { getRecords } from './get-records.ts'
import { getShardIterator } from './get-shard-iterator.ts'
import { increaseStreamRetentionPeriod } from './increase-stream-retention-period.ts'
import { listShards } from './list-shards.ts'
import { listStreamConsumers } from './list-stream-consumers.ts'
import { listStreams } from './list-streams.ts'
import { listTagsForResource } from './list-tags-for-resource.ts'
import { listTagsForStream } from './list-tags-for-stream.ts'
import { mergeShards } from './merge-shards.ts'
import type { Operation } from './operation.ts'
import { putRecord } from './put-record.ts'
import { putRecords } from './put-records.ts'
import { registerStreamConsumer } from './register-stream-consumer.ts'
import { removeTagsFromStream } from './remove-tags-from-stream.ts'
import { splitShard } from './split-shard.ts'
import { subscribeToShard } from './subscribe-to-shard.ts'
import { tagResource } from './tag-resource.ts'
import { untagResource } from './untag-resource.ts'
import { updateMaxRecordSize } from './update-max-record-size.ts'
import { updateShardCount } from './update-shard-count.ts'
import { updateStreamMode } from './update-stream-mode.ts'

/** All that the embedded Kinesis can do, by name. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  [
    addTagsToStream,
    createStream,
    decreaseStreamRetentionPeriod,
    deleteStream,
    deregisterStreamConsumer,
    describeLimits,
    describeStream,
    describeStreamConsumer,
    describeStreamSummary,
    disableEnhancedMonitoring,
    enableEnhancedMonitoring,
    getRecords,
    getShardIterator,
    increaseStreamRetentionPeriod,
    listShards,
    listStreamConsumers,
    listStreams,
    listTagsForResource,
    listTagsForStream,
    mergeShards,
    putRecord,
    putRecords,
    registerStreamConsumer,
    removeTagsFromStream,
    splitShard,
    subscribeToShard,
    tagResource,
    untagResource,
    updateMaxRecordSize,
    updateShardCount,
    updateStreamMode,
  ].map((operation) => [operation.name, operation]),
)

/** What the service can do and the embedded Kinesis cannot yet. */
export const missingOperations: ReadonlySet<string> = new Set([
  'CreateChannel',
  'DeleteChannel',
  'DeleteResourcePolicy',
  'DescribeAccountSettings',
  'DescribeChannel',
  'GetResourcePolicy',
  'ListChannels',
  'PutResourcePolicy',
  'StartStreamEncryption',
  'StopStreamEncryption',
  'UpdateAccountSettings',
  'UpdateChannel',
  'UpdateStreamRecordDistributionStrategy',
  'UpdateStreamWarmThroughput',
])
