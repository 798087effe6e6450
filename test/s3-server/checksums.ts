import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

export const algorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const
export type Algorithm = (typeof algorithms)[number]

export const headerOf = (algorithm: Algorithm) => `x-amz-checksum-${algorithm.toLowerCase()}`

/** The checksum of some bytes in base64, as headers have it. */
export function checksum(algorithm: Algorithm, content: Uint8Array): string {
  return digest(algorithm, content).toString('base64')
}

/** The checksum of checksums that an object of several parts has, if it has not one of its whole content. */
export function compositeChecksum(algorithm: Algorithm, ofParts: readonly string[]): string {
  const joined = Buffer.concat(ofParts.map((part) => Buffer.from(part, 'base64')))
  return `${checksum(algorithm, joined)}-${ofParts.length}`
}

export const md5 = (content: Uint8Array) => createHash('md5').update(content).digest()

function digest(algorithm: Algorithm, content: Uint8Array): Buffer {
  switch (algorithm) {
    case 'CRC32':
      return bigEndian(crc32(content))
    case 'CRC32C':
      return bigEndian(crc32c(content))
    case 'CRC64NVME':
      return crc64nvme(content)
    default:
      return createHash(algorithm.toLowerCase()).update(content).digest()
  }
}

function bigEndian(...words: number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 4)
  for (const [index, word] of words.entries()) bytes.writeUInt32BE(word >>> 0, index * 4)
  return bytes
}

const crc32cTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})

function crc32c(content: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of content) crc = (crc >>> 8) ^ crc32cTable[(crc ^ byte) & 0xff]!
  return crc ^ 0xffffffff
}

const crc64Polynomial = 0x9a6c9329ac4bc9b5n
/** High and low halves by turns. */
const crc64Table = Uint32Array.from(
  Array.from({ length: 256 }, (_, byte) => {
    let crc = BigInt(byte)
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ crc64Polynomial : crc >> 1n
    return [Number(crc >> 32n), Number(crc & 0xffffffffn)]
  }).flat(),
)

function crc64nvme(content: Uint8Array): Buffer {
  let high = 0xffffffff
  let low = 0xffffffff
  for (const byte of content) {
    const entry = ((low ^ byte) & 0xff) * 2
    low = ((low >>> 8) | (high << 24)) ^ crc64Table[entry + 1]!
    high = (high >>> 8) ^ crc64Table[entry]!
  }
  return bigEndian(high ^ 0xffffffff, low ^ 0xffffffff)
}
