import type { _Record, ChildShard, GetRecordsOutput } from '@aws-sdk/client-kinesis'
import { CborChunks } from './cbor-chunks.ts'
import type { CborReader } from './cbor-reader.ts'
import { major } from './major-types.ts'
import { MemberName } from './member-name.ts'

/**
 * The output of GetRecords, from the chunks of a body as they come in:
 *
 *     { Records: [{ SequenceNumber, ApproximateArrivalTimestamp, Data, PartitionKey, EncryptionType }, …],
 *       NextShardIterator, MillisBehindLatest, ChildShards }
 *
 * The data of a record is a view of the chunk that it came in. Members in any order; unknown ones are passed over.
 */
export class GetRecordsCbor {
  readonly #output: { -readonly [K in keyof GetRecordsOutput]: GetRecordsOutput[K] } = { Records: undefined }
  readonly #chunks = new CborChunks((reader) => this.#step(reader))
  /** What is left of the output, and of the records while they are read. */
  #members: number | undefined
  #records: number | undefined

  /** @throws SyntaxError */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  /** @throws SyntaxError */
  end(): GetRecordsOutput {
    this.#chunks.end()
    return this.#output
  }

  #step(reader: CborReader): boolean {
    if (this.#records !== undefined) this.#nextRecord(reader, this.#records)
    else if (this.#members === undefined) this.#members = reader.length(major.map)
    else return this.#nextMember(reader, this.#members)
    return true
  }

  #nextRecord(reader: CborReader, left: number): void {
    if (reader.ended(left)) {
      this.#records = undefined
      return
    }
    this.#output.Records!.push(record(reader))
    this.#records = left - 1
  }

  #nextMember(reader: CborReader, left: number): boolean {
    if (reader.ended(left)) return false
    const name = reader.text()
    if (name === 'Records' && !reader.isNull()) {
      this.#records = reader.length(major.array)
      this.#output.Records = []
    } else this.#set(name, reader.value())
    this.#members = left - 1
    return true
  }

  /** A member of the wrong type is no answer: without an iterator the shard would have ended. */
  #set(name: string, value: unknown): void {
    if (value === null) return
    if (name === 'NextShardIterator' && typeof value === 'string') this.#output.NextShardIterator = value
    else if (name === 'MillisBehindLatest' && typeof value === 'number')
      this.#output.MillisBehindLatest = value
    else if (name === 'ChildShards' && Array.isArray(value)) this.#output.ChildShards = value as ChildShard[]
    else if (outputNames.has(name)) throw new SyntaxError(`the answer holds a ${name} of the wrong type`)
  }
}

const outputNames = new Set(['NextShardIterator', 'MillisBehindLatest', 'ChildShards'])
const recordNames = [
  'SequenceNumber',
  'ApproximateArrivalTimestamp',
  'Data',
  'PartitionKey',
  'EncryptionType',
].map((name) => new MemberName(name))

function record(reader: CborReader): _Record {
  const record: { -readonly [K in keyof _Record]: _Record[K] } = {
    SequenceNumber: undefined,
    ApproximateArrivalTimestamp: undefined,
    Data: undefined,
    PartitionKey: undefined,
  }
  for (let left = reader.length(major.map); !reader.ended(left); left--) {
    const name = reader.oneOf(recordNames)
    if (reader.isNull()) continue
    if (name === 0) record.SequenceNumber = reader.text()
    else if (name === 1) record.ApproximateArrivalTimestamp = reader.timestamp()
    else if (name === 2) record.Data = reader.bytes()
    else if (name === 3) record.PartitionKey = reader.text()
    else if (name === 4) record.EncryptionType = reader.text() as NonNullable<_Record['EncryptionType']>
    else reader.value()
  }
  if (record.SequenceNumber === undefined || record.Data === undefined)
    throw new SyntaxError('the answer holds a record without a sequence number or without data')
  return record
}
