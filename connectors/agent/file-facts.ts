import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'

/** What the file system says of a file. */
export interface FileFacts {
  /** Device and inode: the same for all names of a file, and free for another one once it is deleted. */
  readonly id: string
  readonly path: string
  readonly sizeBytes: number
  /** When it was last written to, by the file system's own clock. */
  readonly changed: string
}

/** The facts of a file behind a path, through symbolic links; `undefined` for what is no file, or not there. */
export async function factsOf(path: string): Promise<FileFacts | undefined> {
  try {
    const stats = await stat(path, { bigint: true })
    return stats.isFile() ? fileFacts(path, stats) : undefined
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

export function fileFacts(path: string, { dev, ino, size, mtimeNs }: BigIntStats): FileFacts {
  return { id: `${dev}:${ino}`, path, sizeBytes: Number(size), changed: String(mtimeNs) }
}

/** Whether two ids are of one inode under two numbers of its device: a restart of the machine may give it another. */
export function isRenumbered(one: string, other: string): boolean {
  return one !== other && one.split(':')[1] === other.split(':')[1]
}

/** Whether an error of the file system says that there is nothing of that name. */
export function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error))
}

/** The code of an error of the file system, such as `EACCES`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
