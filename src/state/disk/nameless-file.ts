import { randomUUID } from 'node:crypto'
import { openSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { MillraceError } from '../../errors.ts'

/**
 * A file that nobody else finds, and that goes when it is closed, however the process ends. Where a file keeps its name
 * as long as it is open, as on Windows, its folder cannot go before it: it has none of its own.
 *
 * @throws MillraceError `STORE_FAILED` if it cannot be made.
 */
export function namelessFile(folder: string): number {
  const path = join(folder, `state-${randomUUID()}`)
  return orFailed('cannot make a file for keyed state', { file: path }, () => {
    const file = openSync(path, 'wx+')
    unlinkSync(path)
    return file
  })
}

/**
 * Writes all of some bytes from a place on.
 *
 * @throws MillraceError `STORE_FAILED` if the disk does not take them.
 */
export function writeAll(file: number, bytes: Uint8Array, from: number): void {
  orFailed('cannot write keyed state to disk', {}, () => {
    for (let done = 0; done < bytes.length; )
      done += writeSync(file, bytes, done, bytes.length - done, from + done)
  })
}

function orFailed<T>(happened: string, where: { readonly file?: string }, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? cause.code : cause
    throw new MillraceError('STORE_FAILED', `${happened}: ${reason}`, { where, cause })
  }
}
