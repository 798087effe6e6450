import { createHash } from 'node:crypto'
import type { ObjectContent } from '../../src/contract/object-destination.ts'

/** A published object that is to be loaded. */
export interface ObjectToLoad extends Pick<ObjectContent, 'sizeBytes'> {
  readonly file: string
  readonly rows: number
  /** Such as `s3://lake/orders/…`. */
  readonly url: string
}

/** What tells COPY which objects to load: these, all of them, and each with its size. */
export interface Manifest extends ObjectContent {
  /** Follows from the objects, so that writing it twice is writing it once. */
  readonly name: string
  readonly bytes: Uint8Array
}

export function manifestOf(writer: string, objects: readonly ObjectToLoad[]): Manifest {
  const entries = objects.map(({ url, sizeBytes }) => ({
    url,
    mandatory: true,
    meta: { content_length: sizeBytes },
  }))
  const bytes = Buffer.from(`${JSON.stringify({ entries }, null, 2)}\n`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return {
    name: `_manifests/${writer}-load-${sha256.slice(0, 32)}.json`,
    bytes,
    sizeBytes: bytes.length,
    sha256,
  }
}
