import { abortUpload, abortUploadsOf } from './abort-uploads.ts'
import { allPages } from './all-pages.ts'
import type { Bucket, Upload } from './bucket.ts'
import type { Persistence } from './persist.ts'
import { failureOf } from './service-failure.ts'

/**
 * Uploads in parts that killed writers have left below a prefix. The first thing that a run writes is its claim of the
 * job; whatever was going up before that is of runs that can publish nothing more. So no clock is needed to know them:
 * they are in a listing from before the first write. An upload that lives nevertheless is begun anew by its writer.
 */
export class AbandonedUploads {
  readonly #bucket: Bucket
  readonly #prefix: string
  readonly #how: Persistence
  readonly #found: Upload[] = []
  readonly #left = new Set<string>()
  #listed: Promise<void> | undefined

  constructor(bucket: Bucket, prefix: string, how: Persistence) {
    this.#bucket = bucket
    this.#prefix = prefix
    this.#how = how
  }

  /** To be awaited before every write; asks once. */
  async look(): Promise<void> {
    this.#listed ??= this.#list()
    try {
      await this.#listed
    } catch (error) {
      this.#listed = undefined
      throw error
    }
  }

  /** Adds a key of which this store may have left an upload. */
  readonly add = (key: string): void => {
    this.#left.add(key)
  }

  /** To be called after a write; aborts what was found and what is left of the keys that were added. */
  async abort(): Promise<void> {
    for (const upload of this.#found.splice(0)) {
      await abortUpload(this.#bucket, upload, this.#how)
    }
    for (const key of this.#left) {
      await abortUploadsOf(this.#bucket, key, this.#how)
      this.#left.delete(key)
    }
  }

  async #list(): Promise<void> {
    const list = (after: string | undefined, signal: AbortSignal) =>
      this.#bucket.listUploads(this.#prefix, after, signal)
    try {
      this.#found.push(...(await allPages(list, this.#how)))
    } catch (error) {
      if (!isUnknown(error)) throw error
    }
  }
}

/** Some services speak S3 without uploads in parts, or without a list of them. */
function isUnknown(error: unknown): boolean {
  const failure = failureOf(error)
  return failure.kind === 'refused' && error instanceof Error && error.name === 'NotImplemented'
}
