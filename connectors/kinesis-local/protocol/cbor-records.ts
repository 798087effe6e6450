import {
  recordArrivalMs,
  recordEncrypted,
  recordHeaderSize,
  recordKeySize,
  recordSize,
} from '../log/record-layout.ts'
import type { Slice } from '../log/shard-log.ts'
import type { RecordEvent, RecordPage, RecordRun } from '../streams/record-page.ts'
import type { SequenceDigits } from '../streams/sequence-digits.ts'
import type { Shard } from '../streams/shard.ts'
import { ByteWriter } from './byte-writer.ts'
import { major, writeAscii, writeHead } from './cbor-heads.ts'
import { cborValue, writeValue } from './cbor-value.ts'

/** What follows the number of members: the first member, whose value is a text of 56 digits. */
const beforeNumber = Buffer.concat([cborValue('SequenceNumber'), Buffer.of(0x78, 56)])
const beforeData = cborValue('Data')
const beforeKey = cborValue('PartitionKey')
const beforeArrival = cborValue('ApproximateArrivalTimestamp')
const encryptionType = Buffer.concat([cborValue('EncryptionType'), cborValue('KMS')])
/** What the CBOR of a record adds to its data and key. */
const recordOverhead = 160

/** The output of GetRecords. `null` for the iterator, not its absence, is how the service ends a shard. */
export function cborRecords(page: RecordPage): Buffer {
  return written(page, 'NextShardIterator', page.nextIterator)
}

/** The payload of a SubscribeToShardEvent. */
export function cborEvent(event: RecordEvent): Buffer {
  return written(event, 'ContinuationSequenceNumber', event.continuation)
}

/** Built straight from the bytes of the segments. */
function written(run: RecordRun, nextName: string, next: string | undefined): Buffer {
  const { millisBehindLatest, children, shard, slices, sizeBytes } = run
  const writer = new ByteWriter(2048 + countOf(slices) * recordOverhead + sizeBytes)
  writeHead(writer, major.map, children.length === 0 ? 3 : 4)
  writeAscii(writer, 'MillisBehindLatest')
  writeValue(writer, millisBehindLatest)
  writeAscii(writer, nextName)
  writeValue(writer, next)
  if (children.length > 0) {
    writeAscii(writer, 'ChildShards')
    writeValue(writer, children)
  }
  writeAscii(writer, 'Records')
  writeRecords(writer, shard, slices)
  return writer.finish()
}

function writeRecords(writer: ByteWriter, shard: Shard, slices: readonly Slice[]): void {
  const numbers = shard.sequenceDigits()
  writeHead(writer, major.list, countOf(slices))
  for (const slice of slices) writeSlice(writer, slice, numbers)
}

function writeSlice(writer: ByteWriter, { segment, from, to }: Slice, numbers: SequenceDigits): void {
  const { bytes } = segment
  let arrivalMs = -1
  let arrival = beforeArrival
  for (let index = from; index < to; index++) {
    const place = segment.placeOf(index)
    const ms = recordArrivalMs(bytes, place)
    if (ms !== arrivalMs) {
      arrivalMs = ms
      arrival = Buffer.concat([beforeArrival, cborValue(new Date(ms))])
    }
    numbers.moveTo(segment.first + index, Math.floor(ms / 1000))
    writeRecord(writer, bytes, place, numbers.ascii, arrival)
  }
}

function writeRecord(
  writer: ByteWriter,
  bytes: Buffer,
  place: number,
  number: Uint8Array,
  arrival: Buffer,
): void {
  const keyAt = place + recordHeaderSize
  const dataAt = keyAt + recordKeySize(bytes, place)
  const end = keyAt + recordSize(bytes, place)
  const encrypted = recordEncrypted(bytes, place)
  writeHead(writer, major.map, 3 + (dataAt > keyAt ? 1 : 0) + (encrypted ? 1 : 0))
  writer.bytes(beforeNumber)
  writer.bytes(number)
  writer.bytes(beforeData)
  writeHead(writer, major.bytes, end - dataAt)
  writer.copy(bytes, dataAt, end)
  if (dataAt > keyAt) {
    writer.bytes(beforeKey)
    writeHead(writer, major.text, dataAt - keyAt)
    writer.copy(bytes, keyAt, dataAt)
  }
  writer.bytes(arrival)
  if (encrypted) writer.bytes(encryptionType)
}

function countOf(slices: readonly Slice[]): number {
  return slices.reduce((sum, { from, to }) => sum + to - from, 0)
}
