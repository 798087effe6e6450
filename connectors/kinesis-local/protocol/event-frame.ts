import { crc32 } from 'node:zlib'

/** The headers of a frame. All that the service sends are strings. */
export type FrameHeaders = { readonly [name: string]: string }

const preludeSize = 12
const checksumSize = 4
const stringType = 7

/**
 * One message of the encoding `application/vnd.amazon.eventstream`, big-endian:
 *
 *     u32 length of all of it | u32 length of the headers | u32 CRC-32 of these 8 bytes
 *     headers, each: u8 length of name | name | u8 7, a string | u16 length of value | value
 *     payload
 *     u32 CRC-32 of everything before
 */
export function eventFrame(headers: FrameHeaders, payload: Uint8Array): Buffer {
  const header = Buffer.concat(Object.entries(headers).flatMap(([name, value]) => headerParts(name, value)))
  const end = preludeSize + header.length + payload.length
  const frame = Buffer.allocUnsafeSlow(end + checksumSize)
  frame.writeUInt32BE(frame.length, 0)
  frame.writeUInt32BE(header.length, 4)
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8)
  frame.set(header, preludeSize)
  frame.set(payload, preludeSize + header.length)
  frame.writeUInt32BE(crc32(frame.subarray(0, end)), end)
  return frame
}

function headerParts(name: string, value: string): Buffer[] {
  const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)]
  const size = valueBytes.length
  return [Buffer.of(nameBytes.length), nameBytes, Buffer.of(stringType, size >>> 8, size & 255), valueBytes]
}
