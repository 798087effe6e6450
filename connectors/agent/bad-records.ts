import { isUtf8 } from 'node:buffer'
import { type FileHandle, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MillraceError } from '../../src/errors.ts'
import { codeOf } from './file-facts.ts'
import { synced } from './synced.ts'

/** A record that is set aside, and why. */
export interface SetAside {
  readonly path: string
  readonly offset: number
  readonly reason: string
  readonly data: Buffer
}

/**
 * Appends records to a file, each as one line of JSON; when it resolves, they are durable.
 *
 * @throws MillraceError `STORE_FAILED`
 */
export async function setAside(records: readonly SetAside[], file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true })
    await synced(file, 'a+', async (handle) => {
      await handle.appendFile(`${await lineEndFor(handle)}${records.map(lineOf).join('')}`)
    })
  } catch (cause) {
    throw new MillraceError('STORE_FAILED', `cannot set bad records aside: ${codeOf(cause)}`, {
      where: { file },
      cause,
    })
  }
}

function lineOf({ path, offset, reason, data }: SetAside): string {
  const content = isUtf8(data) ? { data: data.toString('utf8') } : { base64: data.toString('base64') }
  return `${JSON.stringify({ file: path, offset, reason, ...content })}\n`
}

/** What a process that was killed while it wrote left without a line end gets one. */
async function lineEndFor(handle: FileHandle): Promise<string> {
  const { size } = await handle.stat()
  if (size === 0) return ''
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === 0x0a ? '' : '\n'
}
