import { recordArrivalMs, recordHeaderSize, recordKeySize, recordSize } from '../log/record-layout.ts'
import type { Slice } from '../log/shard-log.ts'
import type { RecordEvent, RecordPage, RecordRun } from '../streams/record-page.ts'
import type { SequenceDigits } from '../streams/sequence-digits.ts'
import { ByteWriter } from './byte-writer.ts'

const beforeNumber = Buffer.from('{"SequenceNumber":"')
const beforeData = Buffer.from('","Data":"')
const beforeKey = Buffer.from('","PartitionKey":"')
const beforeArrival = Buffer.from('","ApproximateArrivalTimestamp":')
const afterRecord = Buffer.from('},')
/** What the JSON of a record adds to its data and key, roughly. */
const recordOverhead = 180

/** The output of GetRecords. `null` for the iterator, not its absence, is how the service ends a shard. */
export function jsonRecords(page: RecordPage): Buffer {
  return written(page, `"NextShardIterator":${textOrNull(page.nextIterator)}`)
}

/** The payload of a SubscribeToShardEvent. */
export function jsonEvent(event: RecordEvent): Buffer {
  return written(event, `"ContinuationSequenceNumber":${textOrNull(event.continuation)}`)
}

/** Built straight from the bytes of the segments. */
function written(run: RecordRun, next: string): Buffer {
  const writer = new ByteWriter(expectedSize(run))
  const { millisBehindLatest, children } = run
  const last = children.length === 0 ? '' : `"ChildShards":${JSON.stringify(children)},`
  writer.ascii(`{"MillisBehindLatest":${millisBehindLatest},${next},${last}"Records":[`)
  const numbers = run.shard.sequenceDigits()
  for (const [index, slice] of run.slices.entries()) {
    if (index > 0) writer.ascii(',')
    writeSlice(writer, slice, numbers)
  }
  writer.ascii(']}')
  return writer.finish()
}

/** Neither an iterator nor a number has anything to escape. */
function textOrNull(text: string | undefined): string {
  return text === undefined ? 'null' : `"${text}"`
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
    writer.bytes(beforeKey)
    writer.jsonText(bytes, keyAt, dataAt)
    writer.bytes(arrival)
    writer.bytes(afterRecord)
  }
  writer.retract(1)
}

function expectedSize({ slices, sizeBytes }: RecordRun): number {
  const records = slices.reduce((sum, { from, to }) => sum + to - from, 0)
  return 1024 + records * recordOverhead + Math.ceil((sizeBytes * 4) / 3)
}
