import { KinesisError } from '../protocol/kinesis-error.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import { putBatch } from '../streams/put-batch.ts'
import { parseSequenceNumber } from '../streams/sequence-number.ts'
import { recordMembers, sequenceNumber, streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { routedRecord } from './routed-record.ts'
import { scaleOnDemand } from './scale-on-demand.ts'

export const putRecord = operation(
  'PutRecord',
  { ...streamMembers, ...recordMembers, SequenceNumberForOrdering: sequenceNumber },
  (input, call) => {
    const stream = namedStream(input, call)
    scaleOnDemand(stream, call)
    checkOrdering(stream, input.SequenceNumberForOrdering)
    const outcome = putBatch(stream, [routedRecord(stream, input, undefined, call)], call.wire, call.now)
    const answer = outcome.answers[0]!
    if ('errorCode' in answer) {
      const refused = answer.errorCode === 'InternalFailure' ? 'InternalFailureException' : answer.errorCode
      throw new KinesisError(refused, answer.errorMessage)
    }
    return call.wire.encode({
      SequenceNumber: outcome.textOf(answer),
      ShardId: answer.shard.id,
      EncryptionType: outcome.encrypted ? 'KMS' : undefined,
    })
  },
)

/** The numbers of a shard only grow, so any number that was given out is a sound one to come after. */
function checkOrdering(stream: LocalStream, text: string | undefined): void {
  if (text === undefined) return
  if (stream.description.distribution === 'AUTO') {
    throw new KinesisError(
      'InvalidArgumentException',
      `SequenceNumberForOrdering is not supported for stream ${stream.name}, whose record distribution strategy is AUTO.`,
    )
  }
  const shardIndex = parseSequenceNumber(text)?.shardIndex
  const shard = stream.shards.find(({ index }) => index === shardIndex)
  if (shard?.counterOf(text) === undefined) {
    throw new KinesisError(
      'InvalidArgumentException',
      `SequenceNumberForOrdering ${text} is not a sequence number of stream ${stream.name}.`,
    )
  }
}
