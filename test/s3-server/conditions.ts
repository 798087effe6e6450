import type { Call } from './call.ts'
import { noSuchKey, preconditionFailed, S3Error } from './s3-error.ts'

/**
 * Whether a write may have its effect now. The first of several writes to finish has it, the others find the key taken;
 * a delete that succeeded since the write arrived makes it a conflict.
 */
export function assertWritable({ bucket, key, headers, deletionsAtStart }: Call): void {
  const [ifNoneMatch, ifMatch] = [headers['if-none-match'], headers['if-match']]
  if (ifNoneMatch === undefined && ifMatch === undefined) return
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new S3Error(
      501,
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
    )
  }
  const there = bucket.objects.get(key)
  if (ifNoneMatch !== undefined && there !== undefined) throw preconditionFailed('If-None-Match')
  if (bucket.deletionsOf(key) !== deletionsAtStart) throw conflict()
  if (ifMatch === undefined) return
  if (there === undefined) throw noSuchKey(key)
  if (!matches(ifMatch, there.etag)) throw preconditionFailed('If-Match')
}

export const conflict = () =>
  new S3Error(
    409,
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
  )

export function matches(condition: string, etag: string): boolean {
  return condition === '*' || condition.replace(/^"|"$/g, '') === etag.replace(/^"|"$/g, '')
}
