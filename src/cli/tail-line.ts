import { isUtf8 } from 'node:buffer'

/** A record that was read. */
export interface TailedRecord {
  readonly shard: string
  readonly sequenceNumber: string
  /** Its place in an aggregated record, if it came in one. */
  readonly subSequence?: number
  readonly partitionKey: string | undefined
  /** In milliseconds since 1970. */
  readonly arrivalTime: number
  readonly data: Uint8Array
}

/** A record as one line of JSON. Data that is JSON stands there as it is, other text as a string, the rest as base64. */
export function tailLine(record: TailedRecord): string {
  const { shard, sequenceNumber, subSequence, partitionKey, arrivalTime, data } = record
  const arrivedAt = new Date(arrivalTime).toISOString()
  const facts = { shard, sequenceNumber, subSequence, partitionKey, arrivedAt }
  return `${JSON.stringify({ ...facts, ...content(data) })}\n`
}

/** Only the data of a record, as text with a line end. */
export function rawLine({ data }: TailedRecord): string {
  const text = textOf(data)
  return text.endsWith('\n') ? text : `${text}\n`
}

function content(data: Uint8Array): { data: unknown } | { base64: string } {
  if (!isUtf8(data)) return { base64: bufferOf(data).toString('base64') }
  const text = textOf(data)
  try {
    return { data: JSON.parse(text) }
  } catch {
    return { data: text }
  }
}

function textOf(data: Uint8Array): string {
  return bufferOf(data).toString('utf8')
}

function bufferOf(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}
