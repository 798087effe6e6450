import {
  type _Record,
  type ChildShard,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorInput,
  type KinesisClient,
  ListShardsCommand,
  type Shard,
} from '@aws-sdk/client-kinesis'
import { PackedRecords } from './cbor/packed-records.ts'
import type { KinesisApi, ListedShard, RecordsPage, ShardFilter, StoredRecord } from './kinesis-api.ts'
import { shardTime } from './sequence-time.ts'
import { serverTimeOf } from './server-time.ts'
import type { IteratorStart } from './starting-position.ts'

/** The stream of a request, by name or by ARN. */
export function streamParameter(stream: string): { StreamARN: string } | { StreamName: string } {
  return stream.startsWith('arn:') ? { StreamARN: stream } : { StreamName: stream }
}

/** Kinesis through the AWS SDK. */
export function sdkKinesisApi(client: KinesisClient, stream: string, onClose: () => void): KinesisApi {
  const named = streamParameter(stream)
  // An iterator names its stream, but a stream of another account is reached by its ARN alone.
  const ofOtherAccounts = 'StreamARN' in named ? named : {}
  return {
    describeStream: async (abortSignal) => {
      const output = await client.send(new DescribeStreamSummaryCommand(named), { abortSignal })
      const summary = output.StreamDescriptionSummary!
      return {
        arn: summary.StreamARN!,
        createdAt: summary.StreamCreationTimestamp!.getTime(),
        status: summary.StreamStatus!,
        retentionMs: summary.RetentionPeriodHours! * 3_600_000,
        placedByHashKey: summary.RecordDistributionStrategy !== 'AUTO',
        serverTime: serverTimeOf(output.$metadata),
      }
    },
    listShards: async (page, abortSignal) => {
      const input = 'next' in page ? { NextToken: page.next } : { ...named, ...filtered(page.filter) }
      const { Shards = [], NextToken } = await client.send(new ListShardsCommand(input), { abortSignal })
      return { shards: Shards.map(listedShard), next: NextToken ?? undefined }
    },
    shardIterator: async (shard, start, abortSignal) => {
      const input = { ...named, ShardId: shard, ...iteratorParameters(start) }
      const { ShardIterator } = await client.send(new GetShardIteratorCommand(input), { abortSignal })
      return ShardIterator!
    },
    records: async (iterator, abortSignal) => {
      const input = { ...ofOtherAccounts, ShardIterator: iterator }
      const output = await client.send(new GetRecordsCommand(input), { abortSignal })
      return recordsPage(output, serverTimeOf(output.$metadata))
    },
    close: onClose,
  }
}

/** Records as a service gave them. */
export function recordsPage(
  output: {
    Records?: _Record[] | undefined
    NextShardIterator?: string | undefined
    MillisBehindLatest?: number | undefined
    ChildShards?: ChildShard[] | undefined
  },
  serverTime: number | undefined,
): RecordsPage {
  const { records, sizeBytes } = storedRecords(output.Records ?? [])
  return {
    records,
    nextIterator: output.NextShardIterator ?? undefined,
    // Where nobody says, nothing is caught up.
    behindMs: output.MillisBehindLatest ?? 1,
    children: (output.ChildShards ?? []).map(listedChild),
    sizeBytes,
    serverTime,
  }
}

/** The lean protocol gives them packed; the SDK gives an array. */
function storedRecords(given: readonly _Record[]): Pick<RecordsPage, 'records' | 'sizeBytes'> {
  if (given instanceof PackedRecords) return { records: given, sizeBytes: given.sizeBytes }
  const records = given.map(storedRecord)
  let sizeBytes = 0
  for (const { data, partitionKey } of records) sizeBytes += data.length + (partitionKey?.length ?? 0)
  return { records, sizeBytes }
}

function storedRecord(record: _Record): StoredRecord {
  return {
    sequenceNumber: record.SequenceNumber!,
    arrivalTime: record.ApproximateArrivalTimestamp?.getTime() ?? 0,
    partitionKey: record.PartitionKey ?? undefined,
    data: record.Data!,
  }
}

function listedShard(shard: Shard): ListedShard {
  const parents = [shard.ParentShardId, shard.AdjacentParentShardId]
  return {
    id: shard.ShardId!,
    parents: parents.filter((parent) => parent != null),
    range: { start: shard.HashKeyRange!.StartingHashKey!, end: shard.HashKeyRange!.EndingHashKey! },
    createdAt: shardTime(shard.SequenceNumberRange!.StartingSequenceNumber!),
  }
}

function listedChild(shard: ChildShard): ListedShard {
  return {
    id: shard.ShardId!,
    parents: shard.ParentShards!,
    range: { start: shard.HashKeyRange!.StartingHashKey!, end: shard.HashKeyRange!.EndingHashKey! },
  }
}

function filtered(filter: ShardFilter) {
  if (filter === 'retained') return {}
  if (filter === 'open') return { ShardFilter: { Type: 'AT_LATEST' as const } }
  return { ShardFilter: { Type: 'AT_TIMESTAMP' as const, Timestamp: new Date(filter.openAt) } }
}

/** A start as GetShardIterator takes it. */
export function iteratorParameters(
  start: IteratorStart,
): Pick<GetShardIteratorInput, 'ShardIteratorType' | 'StartingSequenceNumber' | 'Timestamp'> {
  switch (start.kind) {
    case 'trim-horizon':
      return { ShardIteratorType: 'TRIM_HORIZON' }
    case 'timestamp':
      return { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(start.ms) }
    case 'at':
      return { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: start.sequenceNumber }
    case 'after':
      return { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: start.sequenceNumber }
  }
}
