import type { PutOutcome } from '../streams/put-outcome.ts'
import { ByteWriter } from './byte-writer.ts'

const beforeNumber = Buffer.from('{"SequenceNumber":"')
const beforeShard = '","ShardId":"'
/** What the answer to one record takes: 56 digits, the shard and the names around them. */
const answerSize = 128

/** The output of PutRecords. */
export function jsonPuts(outcome: PutOutcome): Buffer {
  const writer = new ByteWriter(128 + outcome.answers.length * answerSize)
  writer.ascii(`{"FailedRecordCount":${outcome.failed},"Records":[`)
  for (const answer of outcome.answers) {
    if ('errorCode' in answer) {
      writer.ascii(JSON.stringify({ ErrorCode: answer.errorCode, ErrorMessage: answer.errorMessage }))
    } else {
      const numbers = outcome.numbersOf(answer.shard)
      numbers.moveTo(answer.counter, answer.seconds)
      writer.bytes(beforeNumber)
      writer.bytes(numbers.ascii)
      writer.ascii(`${beforeShard}${answer.shard.id}"}`)
    }
    writer.ascii(',')
  }
  if (outcome.answers.length > 0) writer.retract(1)
  writer.ascii(outcome.encrypted ? '],"EncryptionType":"KMS"}' : ']}')
  return writer.finish()
}
