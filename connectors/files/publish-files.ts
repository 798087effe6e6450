import { link, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type DurableFolders, syncFolder } from '../../src/contract/durable-folders.ts'
import type { StagedObject } from '../../src/contract/object-destination.ts'
import type { Committable } from '../../src/contract/sink.ts'
import { MillraceError } from '../../src/errors.ts'
import { hasContent } from './file-content.ts'
import { errorCode, ifThere, orSinkFailed } from './file-error.ts'

/** What was staged in a folder, with both names relative to it. */
export type StagedFile = StagedObject & { readonly staged: string }

/**
 * Makes staged files visible under their names, durably. Several processes may do so at the same time: `link` never
 * replaces a file, and whoever comes second finds the same bytes under the name.
 */
export async function publishFiles(
  folder: string,
  folders: DurableFolders,
  committables: readonly Committable[],
): Promise<void> {
  const files = committables.map(stagedFile)
  for (const file of files) {
    const path = join(folder, file.file)
    await orSinkFailed('cannot publish a file', path, () => publish(folder, folders, file))
  }
  const named = new Set(files.map(({ file }) => dirname(join(folder, file))))
  for (const published of named) {
    await orSinkFailed('cannot publish files', published, () => syncFolder(published))
  }
  // Only now: the staged name is what a restart would publish from.
  for (const { staged } of files) {
    const path = join(folder, staged)
    await orSinkFailed('cannot delete a staged file', path, () => ifThere(unlink(path)))
  }
}

async function publish(folder: string, folders: DurableFolders, staged: StagedFile): Promise<void> {
  const path = join(folder, staged.file)
  await folders.make(dirname(path))
  const outcome = await linked(join(folder, staged.staged), path)
  if (outcome === 'linked') return
  const same = await hasContent(path, staged)
  if (same === true) return
  if (same === false) {
    throw new MillraceError(
      'SINK_FOREIGN_FILES',
      'a file with other content has the name of the one to publish',
      { where: { file: path } },
    )
  }
  throw new MillraceError(
    'SINK_COMMITTABLE_LOST',
    `neither the staged file ${staged.staged} nor the published one is there`,
    { where: { file: path } },
  )
}

async function linked(staged: string, path: string): Promise<'linked' | 'taken' | 'missing'> {
  try {
    await link(staged, path)
    return 'linked'
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return 'taken'
    if (errorCode(error) === 'ENOENT') return 'missing'
    throw error
  }
}

/** @throws MillraceError `CHECKPOINT_CORRUPT` for what no folder has staged. */
export function stagedFile(committable: Committable): StagedFile {
  const { staged, file, sizeBytes, sha256 } = committable
  const complete =
    typeof staged === 'string' &&
    typeof file === 'string' &&
    typeof sizeBytes === 'number' &&
    typeof sha256 === 'string'
  if (complete) return committable as StagedFile
  throw new MillraceError(
    'CHECKPOINT_CORRUPT',
    `${JSON.stringify(committable)} is not a committable of a folder: if \`to\` was another destination, undo that`,
  )
}
