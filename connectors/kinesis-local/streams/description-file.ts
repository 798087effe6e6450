import { readJson, writeJson } from './durable-json.ts'
import { completed, type StreamDescription } from './stream-description.ts'

/** Its name in the folder of a stream. */
export const descriptionFile = 'stream.json'

/** Replaces the description as a whole. */
export function writeDescription(file: string, description: StreamDescription): void {
  writeJson(file, description)
}

/** @throws MillraceError LOCAL_STORE_CORRUPT */
export function readDescription(file: string): StreamDescription {
  return readJson(file, 'the description of a stream', (value) => completed(value as StreamDescription))
}
