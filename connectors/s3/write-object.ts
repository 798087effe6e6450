import { randomUUID } from 'node:crypto'
import type { Bucket, Marks } from './bucket.ts'
import { crc32Hex } from './crc32.ts'
import { type Persistence, persist } from './persist.ts'
import { failureOf } from './service-failure.ts'
import { partSizeOf, writeInParts } from './write-in-parts.ts'

/**
 * Writes an object unless its key is taken.
 *
 * An answer may be lost after the service has written the object, and the next attempt then finds the key taken: by
 * ourselves. So each call marks its object with an id of its own, and looks at who it was that took the key.
 *
 * @param onLeft Hears of a key of which an upload may be left that could not be aborted.
 */
export async function writeObject(
  bucket: Bucket,
  key: string,
  content: Uint8Array,
  how: Persistence,
  onLeft: (key: string) => void,
): Promise<'written' | 'taken'> {
  const marks = { writer: randomUUID(), crc32: crc32Hex(content) }
  if (partSizeOf(content.length) !== undefined) return writeInParts(bucket, key, content, marks, how, onLeft)
  return persist((signal) => putOnce(bucket, key, content, marks, signal), how)
}

async function putOnce(
  bucket: Bucket,
  key: string,
  content: Uint8Array,
  marks: Marks,
  signal: AbortSignal,
): Promise<'written' | 'taken'> {
  try {
    await bucket.putIfAbsent(key, content, marks, signal)
    return 'written'
  } catch (error) {
    if (failureOf(error).kind !== 'taken') throw error
    const found = await bucket.marksOf(key, signal)
    if (found === undefined) throw new Vanished()
    return found.writer === marks.writer ? 'written' : 'taken'
  }
}

/** The key was taken and is free again: whoever had it was deleted. The write is tried again. */
export class Vanished extends Error {
  override readonly name = 'OperationAborted'
  constructor() {
    super('the object that was in the way was deleted at the same time')
  }
}
