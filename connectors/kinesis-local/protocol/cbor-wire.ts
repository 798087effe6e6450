import { cborPuts } from './cbor-puts.ts'
import { readCbor } from './cbor-reader.ts'
import { cborEvent, cborRecords } from './cbor-records.ts'
import { cborValue } from './cbor-value.ts'
import type { Wire } from './wire.ts'

/** AWS's CBOR 1.1: the members of JSON 1.1, with blobs as byte strings and timestamps in tagged milliseconds. */
export const cborWire: Wire = {
  contentType: 'application/x-amz-cbor-1.1',
  eventContentType: 'application/x-amz-cbor-1.1',
  decode: (body) => (body.length === 0 ? {} : readCbor(body)),
  blobSize: (blob) => (Buffer.isBuffer(blob) ? blob.length : undefined),

  writeBlob(blob, size, target, at) {
    return (blob as Buffer).copy(target, at) === size
  },

  /** Some clients leave the tag out. */
  timestampMs(timestamp) {
    const ms = timestamp instanceof Date ? timestamp.getTime() : timestamp
    return typeof ms === 'number' && Number.isFinite(ms) ? Math.round(ms) : undefined
  },

  encode: cborValue,
  encodeRecords: cborRecords,
  encodeEvent: cborEvent,
  encodePuts: cborPuts,
}
