import { type Fingerprint, fingerprintBytes, isFingerprintOf, noBytes, tellingBytes } from './fingerprint.ts'
import type { OpenFile } from './open-file.ts'
import type { Cursor } from './split-records.ts'

/** How far a file is sent, and what is needed to know it again. */
export interface FileOffset {
  /** Device and inode. */
  readonly id: string
  /** Where it was last. */
  readonly path: string
  /** The path under which it was found first: the partition key of its records, if files are. */
  readonly name: string
  readonly cursor: Cursor
  /** What the file begins with. */
  readonly head: Fingerprint
  /** What stands right before the offset. */
  readonly tail: Fingerprint
  /** The size it had when it was last looked at. */
  readonly sizeBytes: number
  /** Since when it cannot be found, in milliseconds since 1970. */
  readonly goneSince?: number
}

/** A file of which nothing is sent. */
export function unsent(
  file: { id: string; path: string; sizeBytes: number },
  headerLines: number,
): FileOffset {
  const cursor = { offset: 0, headerLines, discarding: false }
  const { id, path, sizeBytes } = file
  return { id, path, name: path, cursor, head: noBytes, tail: noBytes, sizeBytes }
}

/**
 * Whether a file still has what was sent of it. A shorter one has been truncated; one that begins otherwise, or has
 * something else before the offset, has been written anew, or is another one with an inode that was given out again.
 */
export async function stillHas(file: OpenFile, sizeBytes: number, known: FileOffset): Promise<boolean> {
  const { head, tail, cursor } = known
  if (sizeBytes < cursor.offset || sizeBytes < head.bytes) return false
  if (!isFingerprintOf(head, await file.read(0, head.bytes))) return false
  return isFingerprintOf(tail, await file.read(cursor.offset - tail.bytes, tail.bytes))
}

/** Whether enough of a file is known to tell a copy of it from a file that only begins alike. */
export function isTelling({ head }: FileOffset): boolean {
  return head.bytes >= tellingBytes
}

/** How much of what stands before `offset` makes up the tail. */
export function tailBytes(offset: number): number {
  return Math.min(offset, fingerprintBytes)
}

/** What is known of a file as far as a shorter copy of it goes, the beginning of which may have been compared before. */
export function upTo(past: FileOffset, sizeBytes: number, isCompared: boolean): FileOffset {
  if (past.cursor.offset <= sizeBytes) return past
  const head = isCompared && past.head.bytes > sizeBytes ? noBytes : past.head
  return { ...past, cursor: { ...past.cursor, offset: sizeBytes }, head, tail: noBytes }
}
