import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArchivePlace } from '../../../src/contract/archive-place.ts'
import { MillraceError } from '../../../src/errors.ts'

/**
 * An archive in a folder of this machine, as a files sink has written it.
 *
 * @example
 * folderArchive('lake/orders-archive').description // 'folder lake/orders-archive'
 */
export function folderArchive(folder: string): ArchivePlace {
  const failed = (file: string, cause: unknown) =>
    new MillraceError('SOURCE_FAILED', `the archive cannot be read: ${(cause as Error).message}`, {
      where: { file },
      cause,
    })
  return {
    description: `folder ${folder}`,
    list: async () => {
      try {
        return await readdir(folder)
      } catch (cause) {
        throw failed(folder, cause)
      }
    },
    open: async (name) => {
      const file = join(folder, name)
      const reading = async <T>(
        read: (handle: Awaited<ReturnType<typeof open>>) => Promise<T>,
      ): Promise<T> => {
        try {
          const handle = await open(file)
          try {
            return await read(handle)
          } finally {
            await handle.close()
          }
        } catch (cause) {
          throw failed(file, cause)
        }
      }
      const sizeBytes = await reading(async (handle) => (await handle.stat()).size)
      return {
        sizeBytes,
        read: (start, end) =>
          reading(async (handle) => {
            const bytes = new Uint8Array(end - start)
            const { bytesRead } = await handle.read(bytes, 0, bytes.length, start)
            if (bytesRead < bytes.length) throw new Error('it is shorter than it was')
            return bytes
          }),
      }
    },
  }
}
