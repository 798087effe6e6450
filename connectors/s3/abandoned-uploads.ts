import { allPages } from './all-pages.ts'
import type { Bucket, Upload } from './bucket.ts'
import { type Persistence, persist } from './persist.ts'
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
  readonly #left: Upload[] = []
  #listed: Promise<Upload[]> | undefined
  #taken = false

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

  /** Adds an upload of this store that it could not abort. */
  readonly add = (upload: Upload): void => {
    this.#left.push(upload)
  }

  /** To be called after a write; aborts what was found and added. */
  async abort(): Promise<void> {
    if (!this.#taken) {
      this.#taken = true
      this.#left.push(...((await this.#listed) ?? []))
    }
    for (const upload of this.#left.splice(0)) await this.#abort(upload)
  }

  async #abort(upload: Upload): Promise<void> {
    try {
      await persist((signal) => this.#bucket.abortUpload(upload, signal), this.#how)
    } catch (error) {
      this.#left.push(upload)
      throw error
    }
  }

  async #list(): Promise<Upload[]> {
    try {
      return await allPages(
        (after, signal) => this.#bucket.listUploads(this.#prefix, after, signal),
        this.#how,
      )
    } catch (error) {
      if (isUnknown(error)) return []
      throw error
    }
  }
}

/** Some services speak S3 without uploads in parts, or without a list of them. */
function isUnknown(error: unknown): boolean {
  const failure = failureOf(error)
  return failure.kind === 'refused' && error instanceof Error && error.name === 'NotImplemented'
}
