import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { storeCorrupt } from '../log/store-corrupt.ts'
import { completed, type StreamDescription } from './stream-description.ts'

/** Its name in the folder of a stream. */
export const descriptionFile = 'stream.json'

/** Replaces the description as a whole: whoever reads it finds the old one or this one. */
export function writeDescription(file: string, description: StreamDescription): void {
  const unfinished = `${file}.new`
  writeFileSync(unfinished, `${JSON.stringify({ format: 1, ...description }, null, 2)}\n`, { flush: true })
  renameSync(unfinished, file)
}

/** @throws MillraceError LOCAL_STORE_CORRUPT */
export function readDescription(file: string): StreamDescription {
  try {
    const { format, ...description } = JSON.parse(readFileSync(file, 'utf8'))
    if (format !== 1) throw new Error(`format ${format} is unknown to this version`)
    return completed(description as StreamDescription)
  } catch (error) {
    throw storeCorrupt(file, 0, 'the description of a stream cannot be read', error)
  }
}
