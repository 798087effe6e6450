import type { Bucket, Piece } from './bucket.ts'
import { crc32Hex } from './crc32.ts'
import { type Persistence, persist } from './persist.ts'
import { failureOf } from './service-failure.ts'
import { partBytes } from './write-in-parts.ts'

/** How many pieces are fetched at the same time. */
const lanes = 4
/** How often an object is read that is deleted and written anew meanwhile, or comes with another checksum. */
const mostReadings = 3

/**
 * The content of an object; `undefined` if there is none. It comes in pieces of one and the same object, all of them,
 * and is read again if it has not the checksum that it was written with. If it never has it, it is given as it is: the
 * bytes at rest are damaged then, and who reads them has a checksum of his own.
 */
export async function readObject(
  bucket: Bucket,
  key: string,
  how: Persistence,
): Promise<Uint8Array | undefined> {
  for (let reading = 1; ; reading += 1) {
    try {
      const first = await piece(bucket, key, 0, undefined, how)
      if (first === undefined) return undefined
      const content = await rest(bucket, key, first, how)
      if (isWhole(content, first) || reading === mostReadings) return content
    } catch (error) {
      if (failureOf(error).kind !== 'taken' || reading === mostReadings) throw error
    }
  }
}

function isWhole(content: Uint8Array, { marks }: Piece): boolean {
  return marks.crc32 === undefined || marks.crc32 === crc32Hex(content)
}

async function rest(bucket: Bucket, key: string, first: Piece, how: Persistence): Promise<Uint8Array> {
  const { objectSize, etag } = first
  if (first.content.length === objectSize) return first.content
  const content = new Uint8Array(objectSize)
  content.set(first.content)
  let next = first.content.length
  const lane = async () => {
    while (next < objectSize) {
      const start = next
      next += partBytes
      const one = await piece(bucket, key, start, etag, how)
      if (one === undefined || one.content.length !== Math.min(partBytes, objectSize - start))
        throw new Changed()
      content.set(one.content, start)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return content
}

function piece(
  bucket: Bucket,
  key: string,
  start: number,
  etag: string | undefined,
  how: Persistence,
): Promise<Piece | undefined> {
  const range = { start, size: partBytes }
  return persist((signal) => bucket.get(key, range, etag, signal), how)
}

/** The object is not the one of which the first piece was read. */
class Changed extends Error {
  override readonly name = 'PreconditionFailed'
  constructor() {
    super('the object was deleted while it was read')
  }
}
