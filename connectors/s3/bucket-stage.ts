import { randomUUID } from 'node:crypto'
import type { ObjectContent, ObjectStage, StagedObject } from '../../src/contract/object-destination.ts'
import type { Committable } from '../../src/contract/sink.ts'
import { abortUpload } from './abort-uploads.ts'
import { allPages } from './all-pages.ts'
import type { Bucket, Upload } from './bucket.ts'
import type { Connected } from './connect.ts'
import type { Location } from './location.ts'
import { holdsContent } from './object-content.ts'
import { type Persistence, persist } from './persist.ts'
import { publishUpload } from './publish-upload.ts'
import { readObject } from './read-object.ts'
import { type Deed, serviceError } from './service-error.ts'
import { putInParts } from './stage-upload.ts'
import { type StagedUpload, stagedUpload } from './staged-upload.ts'

/** How many uploads become objects at the same time. */
const publishedAtOnce = 16

/** A bucket as a destination: what is staged is an upload in parts that is not completed, which nobody sees. */
export class BucketStage implements ObjectStage {
  readonly lanes = 8
  readonly #location: Location
  readonly #owns: (name: string) => boolean
  readonly #connected: Connected
  readonly #how: Persistence
  /** Uploads of this run that are not objects yet. */
  readonly #own = new Set<string>()
  #leftovers: Upload[] = []
  /** There may be uploads that this run does not know of. */
  #unsure = true

  constructor(location: Location, owns: (name: string) => boolean, connected: Connected, how: Persistence) {
    this.#location = location
    this.#owns = owns
    this.#connected = connected
    this.#how = how
  }

  whereIs(name: string): string {
    return `s3://${this.#location.bucket}/${this.#keyOf(name)}`
  }

  async names(wanted: (name: string) => boolean): Promise<readonly string[]> {
    return [...(await this.sizes(wanted)).keys()]
  }

  async sizes(wanted: (name: string) => boolean): Promise<ReadonlyMap<string, number>> {
    const { prefix } = this.#location
    const found = await this.#do('list', '', (bucket) =>
      allPages(async (after, signal) => {
        const { items, next } = await bucket.list(prefix, after, signal)
        const named = items.map(({ key, sizeBytes }) => [key.slice(prefix.length), sizeBytes] as const)
        return { items: named.filter(([name]) => wanted(name)), next }
      }, this.#how),
    )
    return new Map(found)
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return this.#do('read', name, (bucket, key) => readObject(bucket, key, this.#how))
  }

  async stage(file: string, content: AsyncIterable<Uint8Array>): Promise<StagedObject> {
    const mark = randomUUID()
    const upload = await this.#begin(file, mark)
    const parts: [string, string | null][] = []
    try {
      const uploaded = await putInParts(content, (number, part) =>
        this.#do('write', file, async (bucket) => {
          const put = await persist((signal) => bucket.putPart(upload, number, part, signal), this.#how)
          parts.push([put.etag, put.crc32 ?? null])
        }),
      )
      return { file, ...uploaded, upload: upload.id, mark, parts } satisfies StagedUpload
    } catch (error) {
      // What led here says more than that clearing away has failed, too: the next run finds it.
      await abortUpload(this.#connected.bucket, upload, this.#how).catch(() => {})
      throw error
    }
  }

  async publish(objects: readonly Committable[]): Promise<void> {
    const waiting = objects.map(stagedUpload)
    const lane = async () => {
      for (let staged = waiting.shift(); staged !== undefined; staged = waiting.shift()) {
        const { file, upload } = staged
        const object = staged
        await this.#do('write', file, (bucket, key) =>
          publishUpload(bucket, key, object, this.whereIs(file), this.#how),
        )
        this.#own.delete(upload)
      }
    }
    const settled = await Promise.allSettled(Array.from({ length: publishedAtOnce }, lane))
    for (const one of settled) if (one.status === 'rejected') throw one.reason
  }

  async stillStaged(objects: readonly Committable[]): Promise<ReadonlySet<string>> {
    const uploads = objects.map(stagedUpload)
    if (uploads.length === 0) return new Set()
    const there = new Set((await this.#uploads()).map(({ id }) => id))
    return new Set(uploads.filter(({ upload }) => there.has(upload)).map(({ file }) => file))
  }

  holds(name: string, content: ObjectContent): Promise<boolean | undefined> {
    return this.#do('read', name, (bucket, key) => holdsContent(bucket, key, content, this.#how))
  }

  async look(): Promise<void> {
    if (!this.#unsure) return
    this.#unsure = false
    const { prefix } = this.#location
    this.#leftovers = (await this.#uploads()).filter(
      ({ key, id }) => this.#owns(key.slice(prefix.length)) && !this.#own.has(id),
    )
  }

  /** All that are neither objects nor ended, by whomever. */
  #uploads(): Promise<Upload[]> {
    const { prefix } = this.#location
    const list = (bucket: Bucket) =>
      allPages((after, signal) => bucket.listUploads(prefix, after, signal), this.#how)
    return this.#do('list', '', list)
  }

  async discard(): Promise<void> {
    for (const upload of this.#leftovers.splice(0)) {
      const name = upload.key.slice(this.#location.prefix.length)
      await this.#do('delete', name, (bucket) => abortUpload(bucket, upload, this.#how))
    }
  }

  async close(): Promise<void> {}

  async #begin(file: string, mark: string): Promise<Upload> {
    let begun = 0
    const key = this.#keyOf(file)
    const begin = (bucket: Bucket) =>
      persist((signal) => {
        begun += 1
        return bucket.beginUpload(key, { writer: mark }, signal)
      }, this.#how)
    const id = await this.#do('write', file, begin)
    // An attempt whose answer was lost may have begun an upload of which nobody knows.
    if (begun > 1) this.#unsure = true
    this.#own.add(id)
    return { key, id }
  }

  #keyOf(name: string): string {
    return this.#location.prefix + name
  }

  async #do<T>(
    doing: Deed['doing'],
    name: string,
    act: (bucket: Bucket, key: string) => Promise<T>,
  ): Promise<T> {
    const key = this.#keyOf(name)
    const { bucket, region, endpoint } = this.#connected
    try {
      return await act(bucket, key)
    } catch (error) {
      const deed = { doing, bucket: this.#location.bucket, key, region, endpoint }
      throw serviceError(error, { ...deed, failedAs: 'SINK_FAILED' })
    }
  }
}
