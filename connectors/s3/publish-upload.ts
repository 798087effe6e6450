import { MillraceError } from '../../src/errors.ts'
import { abortUpload } from './abort-uploads.ts'
import type { Bucket } from './bucket.ts'
import { holdsContent } from './object-content.ts'
import { type Persistence, persist } from './persist.ts'
import { failureOf } from './service-failure.ts'
import { partsOf, type StagedUpload } from './staged-upload.ts'
import { Vanished } from './write-object.ts'

type Outcome = 'published' | 'taken' | 'lost'

/**
 * Makes an object of an upload, unless its key is taken. An answer may be lost after S3 has done so, and others may do the
 * same at the same time; whoever finds the key taken, or the upload gone, looks what is there.
 *
 * @throws MillraceError `SINK_FOREIGN_FILES` if it is other content, `SINK_COMMITTABLE_LOST` if it is nothing.
 */
export async function publishUpload(
  bucket: Bucket,
  key: string,
  staged: StagedUpload,
  where: string,
  how: Persistence,
): Promise<void> {
  const outcome = await persist((signal) => complete(bucket, key, staged, signal), how)
  if (outcome === 'published') return
  if (outcome === 'lost') {
    throw new MillraceError(
      'SINK_COMMITTABLE_LOST',
      'neither the upload that was staged nor the published object is there: see whether a rule of the bucket ends uploads or expires objects',
      { where: { file: where } },
    )
  }
  const same = await holdsContent(bucket, key, staged, how)
  if (same !== true) {
    throw new MillraceError(
      'SINK_FOREIGN_FILES',
      'an object with other content has the key of the one to publish',
      {
        where: { file: where },
      },
    )
  }
  await abortUpload(bucket, { key, id: staged.upload }, how)
}

async function complete(
  bucket: Bucket,
  key: string,
  staged: StagedUpload,
  signal: AbortSignal,
): Promise<Outcome> {
  const { upload, mark, crc32 } = staged
  try {
    await bucket.completeIfAbsent({ key, id: upload }, partsOf(staged), { writer: mark, crc32 }, signal)
    return 'published'
  } catch (error) {
    const { kind } = failureOf(error)
    if (kind !== 'taken' && kind !== 'upload-gone') throw error
    const found = await bucket.marksOf(key, signal)
    if (found?.writer === mark) return 'published'
    if (found !== undefined) return 'taken'
    if (kind === 'upload-gone') return 'lost'
    throw new Vanished()
  }
}
