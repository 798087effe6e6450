import type { StagedObject } from '../../src/contract/object-destination.ts'
import type { Committable } from '../../src/contract/sink.ts'
import { MillraceError } from '../../src/errors.ts'
import type { Part } from './bucket.ts'

/** An upload in parts that is whole and not completed: nobody sees it, and one request makes it an object. */
export type StagedUpload = StagedObject & {
  readonly upload: string
  /** Marks the object in its metadata, so that it is known again. */
  readonly mark: string
  readonly crc32: string
  /** ETag and CRC-32 of each part; no CRC-32 where the service gives none. */
  readonly parts: readonly (readonly [etag: string, crc32: string | null])[]
}

/** @throws MillraceError `CHECKPOINT_CORRUPT` if a bucket did not stage it. */
export function stagedUpload(committable: Committable): StagedUpload {
  const { file, sizeBytes, sha256, upload, mark, crc32, parts } = committable
  const texts = [file, sha256, upload, mark, crc32]
  if (
    texts.every((text) => typeof text === 'string') &&
    typeof sizeBytes === 'number' &&
    Array.isArray(parts)
  )
    return committable as StagedUpload
  throw new MillraceError(
    'CHECKPOINT_CORRUPT',
    `${JSON.stringify(committable)} is not a committable of a bucket: if \`to\` was another destination, undo that`,
  )
}

export function partsOf({ parts }: StagedUpload): Part[] {
  return parts.map(([etag, crc32], index) => ({ number: index + 1, etag, crc32: crc32 ?? undefined }))
}
