import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Committable } from '../../src/contract/sink.ts'
import { MillraceError } from '../../src/errors.ts'
import { type DurableFolders, syncFolder } from './durable-folders.ts'
import { ifThere, orSinkFailed } from './file-error.ts'
import { fileName, ordinal, type Writer, writerName } from './file-name.ts'
import type { Format, Told } from './format.ts'
import type { FinishedFile } from './open-file.ts'

/** What a checkpoint promises: these bytes, staged under one name, are to appear under the other. */
export interface StagedFile {
  /** Relative to the sink's folder, as `file` is. */
  readonly staged: string
  readonly file: string
  readonly sizeBytes: number
  readonly sha256: string
  readonly rows: number
  readonly first: number
  readonly last: number
}

/** Where a writer stages. The name says no `.parquet`, so no reader that globs for files sees one that is not done. */
export function stagingFolder(writer: Writer): string {
  return join('_staging', writerName(writer))
}

/**
 * Writes the bytes of a finished file where no reader looks. Durable when it resolves. Each attempt has a name of its
 * own, since an older run that is still alive may be staging the same rows.
 */
export async function stageFile(
  folder: string,
  folders: DurableFolders,
  writer: Writer,
  format: Format<never>,
  finished: FinishedFile,
): Promise<Committable> {
  const { partition, first, last, rows, published } = finished
  const staged = join(stagingFolder(writer), `${ordinal(first)}-${ordinal(last)}-${randomUUID()}.staged`)
  const file = join(partition, fileName(writer, finished, format.extension))
  const path = join(folder, staged)
  const content = await orSinkFailed('cannot stage a file', path, async () => {
    await folders.make(dirname(path))
    const written = await writeHashed(path, format.encode(rows, toldOf(writer, finished)))
    await syncFolder(dirname(path))
    return written
  })
  if (published !== undefined) await requireSame(folder, published.file, content)
  return { staged, file, ...content, rows: last + 1 - first, first, last }
}

/** What the file says of itself: nothing that another history of the same job would say otherwise. */
function toldOf({ sink }: Writer, { partition, first, last }: FinishedFile): Told {
  return {
    'millrace.sink': sink,
    'millrace.partition': partition,
    'millrace.rows': `${first}-${last}`,
  }
}

/** Whether a file has this content; `undefined` if there is no such file. */
export async function hasContent(
  path: string,
  { sizeBytes, sha256 }: Pick<StagedFile, 'sizeBytes' | 'sha256'>,
): Promise<boolean | undefined> {
  const size = (await ifThere(stat(path)))?.size
  if (size === undefined) return undefined
  if (size !== sizeBytes) return false
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece)
  return hash.digest('hex') === sha256
}

async function writeHashed(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
): Promise<Pick<StagedFile, 'sizeBytes' | 'sha256'>> {
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

async function requireSame(
  folder: string,
  file: string,
  content: Pick<StagedFile, 'sizeBytes' | 'sha256'>,
): Promise<void> {
  const path = join(folder, file)
  const same = await orSinkFailed('cannot read a published file', path, () => hasContent(path, content))
  if (same !== false) return
  throw new MillraceError(
    'SINK_FOREIGN_FILES',
    'the replay gave other rows than the file that was published',
    {
      where: { file: path },
    },
  )
}
