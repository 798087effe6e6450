import { type FileHandle, open } from 'node:fs/promises'
import { type FileFacts, fileFacts, isGone } from './file-facts.ts'

/** A file that is open for reading, whatever becomes of its name. */
export class OpenFile {
  readonly #path: string
  readonly #handle: FileHandle

  constructor(path: string, handle: FileHandle) {
    this.#path = path
    this.#handle = handle
  }

  /** `undefined` if the path leads to another file by now, or to none. */
  static async open(path: string, id: string): Promise<OpenFile | undefined> {
    const file = await opened(path)
    if (file === undefined) return undefined
    const found = await file.facts().catch(async (error: unknown) => {
      await file.close()
      throw error
    })
    if (found.id === id) return file
    await file.close()
    return undefined
  }

  async facts(): Promise<FileFacts> {
    return fileFacts(this.#path, await this.#handle.stat({ bigint: true }))
  }

  /** The bytes from `offset` on: `length` of them, or fewer if the file ends before. */
  async read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(Math.max(0, length))
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await this.#handle.read(bytes, filled, bytes.length - filled, offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

async function opened(path: string): Promise<OpenFile | undefined> {
  try {
    return new OpenFile(path, await open(path, 'r'))
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}
