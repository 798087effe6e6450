import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** A file that nobody else finds, and that goes when it is closed, however the process ends. */
export function namelessFile(folder: string): number {
  const own = mkdtempSync(join(folder, 'state-'))
  const file = openSync(join(own, 'segment'), 'w+')
  rmSync(own, { recursive: true })
  return file
}

/** Appends all of some bytes. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
}
