import { MillraceError } from '../../src/errors.ts'
import type { Connected } from './connect.ts'
import { crc32Hex } from './crc32.ts'
import { type Persistence, persist } from './persist.ts'
import { failureOf } from './service-failure.ts'
import { partSizeOf } from './write-in-parts.ts'

/**
 * Services that speak S3 without conditional writes accept the condition and do not heed it: two runs of a job would
 * overwrite each other's checkpoints. So after the first write at such a service the same bytes are put again, which must
 * be refused. AWS is taken at its word.
 */
export class WriteOnceCheck {
  readonly #connected: Connected
  readonly #how: Persistence
  #done: boolean

  constructor(connected: Connected, how: Persistence) {
    this.#connected = connected
    this.#how = how
    this.#done = connected.endpoint === undefined
  }

  /** @throws MillraceError `STORE_REFUSED` if a key that was just written can be written again. */
  async written(key: string, content: Uint8Array): Promise<void> {
    if (this.#done || partSizeOf(content.length) !== undefined) return
    this.#done = true
    const { bucket, endpoint } = this.#connected
    const marks = { writer: 'check', crc32: crc32Hex(content) }
    try {
      await persist((signal) => bucket.putIfAbsent(key, content, marks, signal), this.#how)
    } catch (error) {
      if (failureOf(error).kind === 'taken') return
      this.#done = false
      throw error
    }
    throw new MillraceError(
      'STORE_REFUSED',
      `the service at ${endpoint} does not heed If-None-Match: it let an object be written twice`,
    )
  }
}
