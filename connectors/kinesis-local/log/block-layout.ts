import { crc32 } from 'node:zlib'

/** A segment file begins with these bytes; the last one is the version of the layout. */
export const segmentMagic = Buffer.from('MILLRSG\x01', 'latin1')

/**
 * After the magic a segment file holds blocks, each written by one put, little-endian:
 *
 *     u32 payload length | u32 CRC-32 of the payload | u32 CRC-32 of the eight bytes before | payload: records
 *
 * The header has a checksum of its own, so that a damaged length is never taken for a block that was cut off.
 */
export const blockHeaderSize = 12

/** Writes the header of the block that fills `bytes` from `start` to `end`. */
export function writeBlockHeader(bytes: Buffer, start: number, end: number): void {
  const payload = start + blockHeaderSize
  bytes.writeUInt32LE(end - payload, start)
  bytes.writeUInt32LE(crc32(bytes.subarray(payload, end)), start + 4)
  bytes.writeUInt32LE(crc32(bytes.subarray(start, start + 8)), start + 8)
}

/** What lies at a place of a segment file. `torn` is what a write that never finished leaves behind. */
export type BlockState =
  | { readonly kind: 'whole'; readonly end: number }
  | { readonly kind: 'torn' }
  | { readonly kind: 'corrupt' }

/**
 * Judges the block at `start`. Only the last block of a file can be torn: it is cut off, or made of zeros, or its header
 * arrived and its payload did not.
 */
export function inspectBlock(bytes: Buffer, start: number): BlockState {
  const payload = start + blockHeaderSize
  if (payload > bytes.length) return { kind: 'torn' }
  if (bytes.readUInt32LE(start + 8) !== crc32(bytes.subarray(start, start + 8))) {
    return { kind: bytes.subarray(start).every((byte) => byte === 0) ? 'torn' : 'corrupt' }
  }
  const end = payload + bytes.readUInt32LE(start)
  if (end > bytes.length) return { kind: 'torn' }
  if (bytes.readUInt32LE(start + 4) === crc32(bytes.subarray(payload, end))) return { kind: 'whole', end }
  return { kind: end === bytes.length ? 'torn' : 'corrupt' }
}
