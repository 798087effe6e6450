import type { PutOutcome } from '../streams/put-outcome.ts'
import { ByteWriter } from './byte-writer.ts'
import { major, writeAscii, writeHead } from './cbor-heads.ts'
import { cborValue, writeValue } from './cbor-value.ts'

/** A map of two members; the value of the first one, a text of 56 digits, follows. */
const beforeNumber = Buffer.concat([Buffer.of(0xa2), cborValue('SequenceNumber'), Buffer.of(0x78, 56)])
const beforeShard = cborValue('ShardId')
/** What the answer to one record takes: 56 digits, the shard and the names around them. */
const answerSize = 104

/** The output of PutRecords. */
export function cborPuts(outcome: PutOutcome): Buffer {
  const { answers, failed, encrypted } = outcome
  const writer = new ByteWriter(128 + answers.length * answerSize)
  writeHead(writer, major.map, encrypted ? 3 : 2)
  writeAscii(writer, 'FailedRecordCount')
  writeValue(writer, failed)
  writeAscii(writer, 'Records')
  writeHead(writer, major.list, answers.length)
  for (const answer of answers) {
    if ('errorCode' in answer) {
      writeValue(writer, { ErrorCode: answer.errorCode, ErrorMessage: answer.errorMessage })
      continue
    }
    const numbers = outcome.numbersOf(answer.shard)
    numbers.moveTo(answer.counter, answer.seconds)
    writer.bytes(beforeNumber)
    writer.bytes(numbers.ascii)
    writer.bytes(beforeShard)
    writeAscii(writer, answer.shard.id)
  }
  if (encrypted) {
    writeAscii(writer, 'EncryptionType')
    writeAscii(writer, 'KMS')
  }
  return writer.finish()
}
