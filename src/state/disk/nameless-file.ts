import { randomUUID } from 'node:crypto'
import { openSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A file that nobody else finds, and that goes when it is closed, however the process ends. Where a file keeps its name
 * as long as it is open, as on Windows, its folder cannot go before it: it has none of its own.
 */
export function namelessFile(folder: string): number {
  const path = join(folder, `state-${randomUUID()}`)
  const file = openSync(path, 'wx+')
  unlinkSync(path)
  return file
}

/** Writes all of some bytes from a place on. */
export function writeAll(file: number, bytes: Uint8Array, from: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, from + done)
}
