import { allPages } from './all-pages.ts'
import type { Bucket, Upload } from './bucket.ts'
import { type Persistence, persist } from './persist.ts'

export async function abortUpload(bucket: Bucket, upload: Upload, how: Persistence): Promise<void> {
  await persist((signal) => bucket.abortUpload(upload, signal), how)
}

/** Aborts all uploads of a key, also those whose ids nobody knows. */
export async function abortUploadsOf(bucket: Bucket, key: string, how: Persistence): Promise<void> {
  const uploads = await allPages((after, signal) => bucket.listUploads(key, after, signal), how)
  for (const upload of uploads) if (upload.key === key) await abortUpload(bucket, upload, how)
}
