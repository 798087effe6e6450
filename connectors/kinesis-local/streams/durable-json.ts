import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { storeCorrupt } from '../log/store-corrupt.ts'

/** Replaces a file as a whole: whoever reads it finds the old value or this one. */
export function writeJson(file: string, value: object): void {
  const unfinished = `${file}.new`
  writeFileSync(unfinished, `${JSON.stringify({ format: 1, ...value }, null, 2)}\n`, { flush: true })
  renameSync(unfinished, file)
}

/**
 * What {@link writeJson} wrote.
 *
 * @param what Names the value if the file cannot be read.
 * @throws MillraceError LOCAL_STORE_CORRUPT
 */
export function readJson<T>(file: string, what: string, read: (value: object) => T): T {
  try {
    const { format, ...value } = JSON.parse(readFileSync(file, 'utf8'))
    if (format !== 1) throw new Error(`format ${format} is unknown to this version`)
    return read(value)
  } catch (error) {
    throw storeCorrupt(file, 0, `${what} cannot be read`, error)
  }
}
