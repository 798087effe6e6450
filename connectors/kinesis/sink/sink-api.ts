import { DescribeStreamSummaryCommand, type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import type { KinesisApi } from '../kinesis-api.ts'
import { sdkKinesisApi, streamParameter } from '../sdk-kinesis-api.ts'

/** What a sink needs to know of its stream. */
export interface SinkStream {
  readonly status: string
  /** Data and partition key of one record together. */
  readonly maxRecordBytes: number
  /** Whether a record goes to the shard of its hash key, or to any. */
  readonly placedByHashKey: boolean
}

/** A record as PutRecords takes it. */
export interface PutEntry {
  readonly data: Uint8Array
  readonly partitionKey: string
  readonly explicitHashKey: string | undefined
}

/** What became of it: the shard that has it, or why none has. */
export type PutAnswer =
  | { readonly shard: string }
  | { readonly refused: string; readonly message: string | undefined }

/** The part of Kinesis that writing needs. One call is one request, which rejects with the error of the AWS SDK. */
export interface SinkApi extends Pick<KinesisApi, 'listShards' | 'close'> {
  describe(signal: AbortSignal): Promise<SinkStream>
  /** Answers in the order of the entries. */
  put(entries: readonly PutEntry[], signal: AbortSignal): Promise<readonly PutAnswer[]>
}

/** As long as a stream says nothing else. */
const usualMaxKiB = 1024

/** Kinesis through the AWS SDK. */
export function sdkSinkApi(client: KinesisClient, stream: string, onClose: () => void): SinkApi {
  const named = streamParameter(stream)
  const { listShards, close } = sdkKinesisApi(client, stream, onClose)
  return {
    describe: async (abortSignal) => {
      const output = await client.send(new DescribeStreamSummaryCommand(named), { abortSignal })
      const summary = output.StreamDescriptionSummary!
      return {
        status: summary.StreamStatus!,
        maxRecordBytes: (summary.MaxRecordSizeInKiB ?? usualMaxKiB) * 1024,
        placedByHashKey: summary.RecordDistributionStrategy !== 'AUTO',
      }
    },
    put: async (entries, abortSignal) => {
      const Records = entries.map(({ data, partitionKey, explicitHashKey }) => ({
        Data: data,
        PartitionKey: partitionKey,
        ExplicitHashKey: explicitHashKey,
      }))
      const output = await client.send(new PutRecordsCommand({ ...named, Records }), { abortSignal })
      return entries.map((_, index) => answerOf(output.Records?.[index]))
    },
    listShards,
    close,
  }
}

/** A record has arrived when the answer gives its sequence number. */
function answerOf(
  result:
    | {
        SequenceNumber?: string | undefined
        ShardId?: string | undefined
        ErrorCode?: string | undefined
        ErrorMessage?: string | undefined
      }
    | undefined,
): PutAnswer {
  if (result?.SequenceNumber != null) return { shard: result.ShardId ?? '' }
  return { refused: result?.ErrorCode ?? 'no answer for it', message: result?.ErrorMessage ?? undefined }
}
