/**
 * A record as it lies in a segment, little-endian:
 *
 *     u32 length of key and data | u16 length of key, and flag | u48 arrival in ms since 1970 | key in UTF-8 | data
 *
 * The flag is the highest bit: the stream was encrypting when the record came. A record without a key has one of length 0.
 */
export const recordHeaderSize = 12

const encryptedFlag = 0x8000

/** Writes the header in front of a key and its data. */
export function writeRecordHeader(
  bytes: Buffer,
  at: number,
  keySize: number,
  dataSize: number,
  arrivalMs: number,
  encrypted: boolean,
): void {
  bytes.writeUInt32LE(keySize + dataSize, at)
  bytes.writeUInt16LE(encrypted ? keySize | encryptedFlag : keySize, at + 4)
  bytes.writeUIntLE(arrivalMs, at + 6, 6)
}

/** The bytes of key and data together: what limits count. */
export function recordSize(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at)
}

export function recordKeySize(bytes: Buffer, at: number): number {
  return bytes.readUInt16LE(at + 4) & ~encryptedFlag
}

export function recordEncrypted(bytes: Buffer, at: number): boolean {
  return bytes.readUInt16LE(at + 4) >= encryptedFlag
}

export function recordArrivalMs(bytes: Buffer, at: number): number {
  return bytes.readUIntLE(at + 6, 6)
}
