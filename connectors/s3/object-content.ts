import { createHash } from 'node:crypto'
import type { ObjectContent } from '../../src/contract/object-destination.ts'
import type { Bucket } from './bucket.ts'
import { type Persistence, persist } from './persist.ts'
import { failureOf } from './service-failure.ts'
import { partBytes } from './write-in-parts.ts'

/** How often an object is read that is written anew meanwhile. */
const mostReadings = 3

/** Whether an object has this content; `undefined` if there is none. It is read piece by piece, all of one object. */
export async function holdsContent(
  bucket: Bucket,
  key: string,
  content: ObjectContent,
  how: Persistence,
): Promise<boolean | undefined> {
  for (let reading = 1; ; reading += 1) {
    try {
      return await compared(bucket, key, content, how)
    } catch (error) {
      if (failureOf(error).kind !== 'taken' || reading === mostReadings) throw error
    }
  }
}

async function compared(
  bucket: Bucket,
  key: string,
  { sizeBytes, sha256 }: ObjectContent,
  how: Persistence,
): Promise<boolean | undefined> {
  const hash = createHash('sha256')
  let etag: string | undefined
  let start = 0
  do {
    const range = { start, size: partBytes }
    const piece = await persist((signal) => bucket.get(key, range, etag, signal), how)
    if (piece === undefined) return undefined
    if (piece.objectSize !== sizeBytes) return false
    hash.update(piece.content)
    etag = piece.etag
    start += partBytes
  } while (start < sizeBytes)
  return hash.digest('hex') === sha256
}
