import { crc32 } from 'node:zlib'

/** The CRC-32 of some bytes as eight hexadecimal digits. */
export function crc32Hex(content: Uint8Array): string {
  return crc32(content).toString(16).padStart(8, '0')
}
