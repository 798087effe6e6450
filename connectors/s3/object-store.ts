import { blobName, isBlobName } from '../../src/contract/blob-name.ts'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'
import { AbandonedUploads } from './abandoned-uploads.ts'
import { allPages } from './all-pages.ts'
import type { Connected } from './connect.ts'
import type { Location } from './location.ts'
import { type Persistence, persist } from './persist.ts'
import { readObject } from './read-object.ts'
import { type Deed, serviceError } from './service-error.ts'
import { writeObject } from './write-object.ts'
import { WriteOnceCheck } from './write-once-check.ts'

/** What is known once the bucket can be asked. */
interface Opened extends Connected {
  readonly abandoned: AbandonedUploads
  readonly check: WriteOnceCheck
}

/** Blobs as the objects of a bucket below a prefix. Connects when it is first asked for something. */
export class ObjectStore implements CheckpointStore {
  readonly description: string
  readonly #location: Location
  readonly #connect: () => Promise<Connected>
  readonly #how: Persistence
  #opened: Promise<Opened> | undefined

  constructor(location: Location, connect: () => Promise<Connected>, how: Persistence) {
    this.description = `s3://${location.bucket}/${location.prefix}`
    this.#location = location
    this.#connect = connect
    this.#how = how
  }

  async writeOnce(name: string, content: Uint8Array): Promise<'written' | 'taken'> {
    return this.#do('write', blobName(name), async ({ bucket, abandoned, check }, key) => {
      await abandoned.look()
      const outcome = await writeObject(bucket, key, content, this.#how, abandoned.add)
      if (outcome === 'taken') return outcome
      await check.written(key, content)
      await abandoned.abort()
      return outcome
    })
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.#do('read', blobName(name), ({ bucket }, key) => readObject(bucket, key, this.#how))
  }

  async list(prefix: string): Promise<string[]> {
    return this.#do('list', prefix, async ({ bucket }, key) => {
      const keys = await allPages((after, signal) => bucket.list(key, after, signal), this.#how)
      return keys
        .map(({ key: found }) => found.slice(this.#location.prefix.length))
        .filter((name) => isBlobName(name))
        .sort()
    })
  }

  async delete(name: string): Promise<void> {
    await this.#do('delete', blobName(name), ({ bucket }, key) =>
      persist((signal) => bucket.delete(key, signal), this.#how),
    )
  }

  async #do<T>(
    doing: Deed['doing'],
    name: string,
    act: (opened: Opened, key: string) => Promise<T>,
  ): Promise<T> {
    const { bucket, prefix } = this.#location
    const key = prefix + name
    let opened: Opened | undefined
    try {
      opened = await this.#open()
      return await act(opened, key)
    } catch (error) {
      const { region, endpoint } = opened ?? {}
      throw serviceError(error, { doing, bucket, key, region, endpoint })
    }
  }

  async #open(): Promise<Opened> {
    this.#opened ??= this.#connect().then((connected) => ({
      ...connected,
      abandoned: new AbandonedUploads(connected.bucket, this.#location.prefix, this.#how),
      check: new WriteOnceCheck(connected, this.#how),
    }))
    try {
      return await this.#opened
    } catch (error) {
      this.#opened = undefined
      throw error
    }
  }
}
