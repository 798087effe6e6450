import { resolve } from 'node:path'
import type { ObjectDestination } from '../../src/contract/object-destination.ts'
import { FolderStage } from './folder-stage.ts'

/**
 * A local folder, as the destination of a delivery sink. It is made if it is not there, and must be on a file system
 * with hard links. A relative path goes from where the process was started.
 *
 * Errors of the running sink: `SINK_FAILED` when the disk is full or the folder cannot be written; `SINK_FOREIGN_FILES`
 * when a file with other content is in the way; `SINK_COMMITTABLE_LOST` when a staged file is gone.
 *
 * @param path Such as `lake/orders`.
 * @example
 * deliverySink({ to: folder('lake/orders'), format: parquet({ id: 'string' }) }).description.kind // 'files'
 */
export function folder(path: string): ObjectDestination {
  const absolute = resolve(path)
  return {
    kind: 'objects',
    description: {
      kind: 'files',
      place: path,
      because: 'a file is named after the rows in it and appears by a link that replaces nothing',
    },
    open: async ({ writer, readOnly = false }) => {
      const stage = new FolderStage(absolute, writer)
      return readOnly ? stage : stage.open()
    },
  }
}
