import {
  recordArrivalMs,
  recordEncrypted,
  recordHeaderSize,
  recordKeySize,
  recordSize,
} from '../log/record-layout.ts'
import type { Slice } from '../log/shard-log.ts'
import type { RecordPage } from '../streams/record-page.ts'
import type { SequenceDigits } from '../streams/sequence-digits.ts'
import { ByteWriter } from './byte-writer.ts'

const beforeNumber = Buffer.from('{"SequenceNumber":"')
const beforeData = Buffer.from('","Data":"')
const beforeKey = Buffer.from('","PartitionKey":"')
const beforeArrival = Buffer.from('","ApproximateArrivalTimestamp":')
const afterRecord = Buffer.from('},')
const afterEncrypted = Buffer.from(',"EncryptionType":"KMS"},')
/** What the JSON of a record adds to its data and key, roughly. */
const recordOverhead = 180

/** The output of GetRecords, built straight from the bytes of the segments. */
export function jsonRecords(page: RecordPage): Buffer {
  const writer = new ByteWriter(expectedSize(page))
  writer.ascii(head(page))
  const numbers = page.shard.sequenceDigits()
  for (const [index, slice] of page.slices.entries()) {
    if (index > 0) writer.ascii(',')
    writeSlice(writer, slice, numbers)
  }
  writer.ascii(']}')
  return writer.finish()
}

/** What comes before the records. `null` for the iterator, not its absence, is how the service ends a shard. */
function head({ millisBehindLatest, nextIterator, children }: RecordPage): string {
  const iterator = nextIterator === undefined ? 'null' : `"${nextIterator}"`
  const last = children.length === 0 ? '' : `"ChildShards":${JSON.stringify(children)},`
  return `{"MillisBehindLatest":${millisBehindLatest},"NextShardIterator":${iterator},${last}"Records":[`
}

function writeSlice(writer: ByteWriter, { segment, from, to }: Slice, numbers: SequenceDigits): void {
  const { bytes } = segment
  let arrivalMs = -1
  let arrival = beforeArrival
  for (let index = from; index < to; index++) {
    const place = segment.placeOf(index)
    const keyAt = place + recordHeaderSize
    const dataAt = keyAt + recordKeySize(bytes, place)
    const ms = recordArrivalMs(bytes, place)
    if (ms !== arrivalMs) {
      arrivalMs = ms
      arrival = Buffer.concat([beforeArrival, Buffer.from((ms / 1000).toFixed(3))])
    }
    numbers.moveTo(segment.first + index, Math.floor(ms / 1000))
    writer.bytes(beforeNumber)
    writer.bytes(numbers.ascii)
    writer.bytes(beforeData)
    writer.base64(bytes, dataAt, keyAt + recordSize(bytes, place))
    if (dataAt > keyAt) {
      writer.bytes(beforeKey)
      writer.jsonText(bytes, keyAt, dataAt)
    }
    writer.bytes(arrival)
    writer.bytes(recordEncrypted(bytes, place) ? afterEncrypted : afterRecord)
  }
  writer.retract(1)
}

function expectedSize({ slices, sizeBytes }: RecordPage): number {
  const records = slices.reduce((sum, { from, to }) => sum + to - from, 0)
  return 1024 + records * recordOverhead + Math.ceil((sizeBytes * 4) / 3)
}
