import type { ChildShard } from '@aws-sdk/client-kinesis'
import type { StoredRecord } from '../kinesis-api.ts'
import { CborChunks } from './cbor-chunks.ts'
import type { CborReader } from './cbor-reader.ts'
import { major } from './major-types.ts'
import { MemberName } from './member-name.ts'
import { PackedRecords } from './packed-records.ts'

/** The output of GetRecords, or an event of SubscribeToShard: but for its records as the SDK gives it. */
export interface RecordsPacked {
  Records: PackedRecords
  NextShardIterator?: string
  ContinuationSequenceNumber?: string
  MillisBehindLatest?: number
  ChildShards?: ChildShard[]
}

/**
 * An answer with records, from the chunks of a body as they come in:
 *
 *     { Records: [{ SequenceNumber, ApproximateArrivalTimestamp, Data, PartitionKey, EncryptionType }, …],
 *       NextShardIterator, MillisBehindLatest, ChildShards }
 *
 * An event of a subscription has a ContinuationSequenceNumber instead of the iterator, and is the same otherwise.
 * The data of a record is a view of the chunk that it came in. Members in any order; unknown ones are passed over.
 */
export class RecordsCbor {
  readonly #output: RecordsPacked = { Records: new PackedRecords() }
  readonly #chunks = new CborChunks((reader) => this.#step(reader))
  /** What is left of the output, and of the records while they are read. */
  #members: number | undefined
  #records: number | undefined

  /** @throws SyntaxError */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  /** @throws SyntaxError */
  end(): RecordsPacked {
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
    addRecord(reader, this.#output.Records)
    this.#records = left - 1
  }

  #nextMember(reader: CborReader, left: number): boolean {
    if (reader.ended(left)) return false
    const name = reader.text()
    if (name === 'Records' && !reader.isNull()) {
      this.#records = reader.length(major.array)
    } else this.#set(name, reader.value())
    this.#members = left - 1
    return true
  }

  /** A member of the wrong type is no answer: without an iterator the shard would have ended. */
  #set(name: string, value: unknown): void {
    if (value === null) return
    if (isPlace(name) && typeof value === 'string') this.#output[name] = value
    else if (name === 'MillisBehindLatest' && typeof value === 'number')
      this.#output.MillisBehindLatest = value
    else if (name === 'ChildShards' && Array.isArray(value)) this.#output.ChildShards = value as ChildShard[]
    else if (outputNames.has(name)) throw new SyntaxError(`the answer holds a ${name} of the wrong type`)
  }
}

function isPlace(name: string): name is 'NextShardIterator' | 'ContinuationSequenceNumber' {
  return name === 'NextShardIterator' || name === 'ContinuationSequenceNumber'
}

const outputNames = new Set([
  'NextShardIterator',
  'ContinuationSequenceNumber',
  'MillisBehindLatest',
  'ChildShards',
])
const recordNames = [
  'SequenceNumber',
  'ApproximateArrivalTimestamp',
  'Data',
  'PartitionKey',
  'EncryptionType',
].map((name) => new MemberName(name))

function addRecord(reader: CborReader, records: PackedRecords): void {
  const from = reader.at
  let [numberAt, numberEnd, dataAt, dataEnd, keyAt, keyEnd, arrivalTime] = [-1, -1, -1, -1, -1, -1, 0]
  for (let left = reader.length(major.map); !reader.ended(left); left--) {
    const name = reader.oneOf(recordNames)
    if (name < 0) reader.value()
    else if (reader.isNull()) continue
    else if (name === 1) arrivalTime = reader.timestamp()
    else {
      const at = reader.span(name === 2 ? major.bytes : major.text)
      if (at < 0) {
        reader.at = from
        records.addLoose(looseRecord(reader.value() as object))
        return
      }
      if (name === 0) [numberAt, numberEnd] = [at, reader.at]
      else if (name === 2) [dataAt, dataEnd] = [at, reader.at]
      else if (name === 3) [keyAt, keyEnd] = [at, reader.at]
    }
  }
  if (numberAt < 0 || dataAt < 0) throw incomplete()
  records.add(reader.bytes, { numberAt, numberEnd, dataAt, dataEnd, keyAt, keyEnd, arrivalTime })
}

/** A record with a string that comes in pieces: nobody is known to write such. */
function looseRecord(members: {
  readonly SequenceNumber?: unknown
  readonly ApproximateArrivalTimestamp?: unknown
  readonly Data?: unknown
  readonly PartitionKey?: unknown
}): StoredRecord {
  const { SequenceNumber, ApproximateArrivalTimestamp, Data, PartitionKey } = members
  if (typeof SequenceNumber !== 'string' || !(Data instanceof Uint8Array)) throw incomplete()
  return {
    sequenceNumber: SequenceNumber,
    arrivalTime: ApproximateArrivalTimestamp instanceof Date ? ApproximateArrivalTimestamp.getTime() : 0,
    partitionKey: typeof PartitionKey === 'string' ? PartitionKey : undefined,
    data: Data,
  }
}

function incomplete(): SyntaxError {
  return new SyntaxError('the answer holds a record without a sequence number or without data')
}
