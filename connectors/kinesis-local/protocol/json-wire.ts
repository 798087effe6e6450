import { isAscii } from 'node:buffer'
import { jsonPuts } from './json-puts.ts'
import { jsonEvent, jsonRecords } from './json-records.ts'
import { KinesisError } from './kinesis-error.ts'
import type { Structure, Wire } from './wire.ts'

/** AWS JSON 1.1: blobs in base64, timestamps in seconds. */
export const jsonWire: Wire = {
  contentType: 'application/x-amz-json-1.1',
  eventContentType: 'application/json',

  decode(body) {
    if (body.length === 0) return {}
    try {
      return JSON.parse(body.toString(isAscii(body) ? 'latin1' : 'utf8'))
    } catch {
      throw new KinesisError('SerializationException', 'The body is not JSON')
    }
  },

  blobSize(blob) {
    if (typeof blob !== 'string' || blob.length % 4 !== 0) return undefined
    const padding = blob.endsWith('==') ? 2 : blob.endsWith('=') ? 1 : 0
    return (blob.length / 4) * 3 - padding
  },

  writeBlob(blob, size, target, at) {
    return target.write(blob as string, at, size, 'base64') === size
  },

  timestampMs(timestamp) {
    return typeof timestamp === 'number' ? Math.round(timestamp * 1000) : undefined
  },

  encode: (output) => Buffer.from(JSON.stringify(output, timestampsInSeconds)),
  encodeRecords: jsonRecords,
  encodeEvent: jsonEvent,
  encodePuts: jsonPuts,
}

/** `value` has been through `toJSON` by now, so the date itself is looked up. */
function timestampsInSeconds(this: Structure, name: string, value: unknown): unknown {
  const raw = this[name]
  return raw instanceof Date ? raw.getTime() / 1000 : value
}
