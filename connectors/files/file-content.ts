import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat, unlink } from 'node:fs/promises'
import type { ObjectContent } from '../../src/contract/object-destination.ts'
import { ifThere } from './file-error.ts'

/** Whether a file has this content; `undefined` if there is no such file. */
export async function hasContent(
  path: string,
  { sizeBytes, sha256 }: ObjectContent,
): Promise<boolean | undefined> {
  const size = (await ifThere(stat(path)))?.size
  if (size === undefined) return undefined
  if (size !== sizeBytes) return false
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece)
  return hash.digest('hex') === sha256
}

/** Writes a file that was not there, and syncs it. Of a file that could not be written whole nothing stays. */
export async function writeContent(path: string, pieces: AsyncIterable<Uint8Array>): Promise<ObjectContent> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const handle = await open(path, 'wx')
  try {
    for await (const piece of pieces) {
      hash.update(piece)
      sizeBytes += piece.length
      await handle.writeFile(piece)
    }
    await handle.sync()
  } catch (error) {
    await unlink(path).catch(() => undefined)
    throw error
  } finally {
    await handle.close()
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}
