import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { partBytes } from './write-in-parts.ts'

/** What is known of a content when all of its parts went up. */
export interface Uploaded {
  readonly sizeBytes: number
  readonly sha256: string
  readonly crc32: string
}

/** Cuts content into parts as S3 wants them, all but the last of the same size, and puts one after the other. */
export async function putInParts(
  content: AsyncIterable<Uint8Array>,
  put: (number: number, part: Uint8Array) => Promise<void>,
): Promise<Uploaded> {
  const hash = createHash('sha256')
  let [sizeBytes, sum, number] = [0, 0, 0]
  let [pending, pendingBytes]: [Uint8Array[], number] = [[], 0]
  const flush = async (size: number) => {
    const whole = Buffer.concat(pending, pendingBytes)
    const rest = whole.subarray(size)
    pending = rest.length > 0 ? [rest] : []
    pendingBytes = rest.length
    await put(++number, whole.subarray(0, size))
  }
  for await (const piece of content) {
    hash.update(piece)
    sum = crc32(piece, sum)
    sizeBytes += piece.length
    pending.push(piece)
    pendingBytes += piece.length
    while (pendingBytes >= partBytes) await flush(partBytes)
  }
  if (pendingBytes > 0 || number === 0) await flush(pendingBytes)
  return { sizeBytes, sha256: hash.digest('hex'), crc32: sum.toString(16).padStart(8, '0') }
}
