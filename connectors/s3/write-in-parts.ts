import { abortUpload, abortUploadsOf } from './abort-uploads.ts'
import type { Bucket, Marks, Part, Upload } from './bucket.ts'
import { NoSuccess, type Persistence, persist } from './persist.ts'
import { failureOf } from './service-failure.ts'

/** What is larger goes up in parts of this size, so that no request lasts long and a failure repeats little. */
export const partBytes = 8 * 2 ** 20
/** S3 takes no more parts than that. */
const mostParts = 10_000
/** How many parts go up at the same time. */
const lanes = 4
/** How often an upload that came to nothing is begun anew. */
const mostUploads = 5

/** The size of parts of a content of so many bytes; `undefined` if it goes up whole. */
export function partSizeOf(sizeBytes: number): number | undefined {
  if (sizeBytes <= partBytes) return undefined
  return Math.max(partBytes, Math.ceil(sizeBytes / mostParts))
}

/**
 * Writes an object in parts, unless its key is taken. The object is there as a whole or not at all.
 *
 * @param onLeft Hears of a key of which an upload may be left that could not be aborted.
 */
export async function writeInParts(
  bucket: Bucket,
  key: string,
  content: Uint8Array,
  marks: Marks,
  how: Persistence,
  onLeft: (key: string) => void,
): Promise<'written' | 'taken'> {
  for (let uploads = 1; uploads <= mostUploads; uploads += 1) {
    const outcome = await uploadOnce(bucket, key, content, marks, how, onLeft)
    if (outcome !== 'lost') return outcome
  }
  throw new NoSuccess(`${mostUploads} uploads were ended by others`)
}

/** `'lost'` if the upload came to nothing through no fault of its own. */
async function uploadOnce(
  bucket: Bucket,
  key: string,
  content: Uint8Array,
  marks: Marks,
  how: Persistence,
  onLeft: (key: string) => void,
): Promise<'written' | 'taken' | 'lost'> {
  let outcome: 'written' | 'taken' | 'lost' | undefined
  let begun = 0
  let upload: Upload | undefined
  try {
    const id = await persist((signal) => {
      begun += 1
      return bucket.beginUpload(key, marks, signal)
    }, how)
    upload = { key, id }
    const parts = await putParts(bucket, upload, content, how)
    outcome = await complete(bucket, upload, parts, marks, how)
    return outcome
  } catch (error) {
    if (failureOf(error).kind !== 'upload-gone') throw error
    return 'lost'
  } finally {
    // An attempt to begin whose answer was lost has begun an upload of which nobody knows.
    const known = begun === 1 ? upload : undefined
    // What led here says more than that clearing away has failed, too.
    if (known === undefined) await abortUploadsOf(bucket, key, how).catch(() => onLeft(key))
    else if (outcome !== 'written') await abortUpload(bucket, known, how).catch(() => onLeft(key))
  }
}

/** Puts all parts, some at a time. When one fails, the others come to their end before this rejects. */
async function putParts(
  bucket: Bucket,
  upload: Upload,
  content: Uint8Array,
  how: Persistence,
): Promise<Part[]> {
  const size = partSizeOf(content.length)!
  const count = Math.ceil(content.length / size)
  const parts: Part[] = []
  let next = 0
  let failed = false
  const lane = async () => {
    while (next < count && !failed) {
      const index = next++
      const piece = content.subarray(index * size, (index + 1) * size)
      try {
        parts[index] = await persist((signal) => bucket.putPart(upload, index + 1, piece, signal), how)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const settled = await Promise.allSettled(Array.from({ length: lanes }, lane))
  for (const one of settled) if (one.status === 'rejected') throw one.reason
  return parts
}

/**
 * An upload is gone once it was completed, also if the answer was lost: then the object tells who wrote it.
 * After a conflict S3 wants the whole upload anew.
 */
async function complete(
  bucket: Bucket,
  upload: Upload,
  parts: readonly Part[],
  marks: Marks,
  how: Persistence,
): Promise<'written' | 'taken' | 'lost'> {
  return persist(async (signal) => {
    try {
      await bucket.completeIfAbsent(upload, parts, marks, signal)
      return 'written'
    } catch (error) {
      const { kind } = failureOf(error)
      if (kind === 'conflict') return 'lost'
      if (kind !== 'taken' && kind !== 'upload-gone') throw error
      const found = await bucket.marksOf(upload.key, signal)
      if (found === undefined) return 'lost'
      return found.writer === marks.writer ? 'written' : 'taken'
    }
  }, how)
}
