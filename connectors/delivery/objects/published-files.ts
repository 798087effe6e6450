import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MillraceError } from '../../../src/errors.ts'
import { ifThere } from './file-error.ts'
import { parseFileName, type Writer, writerName } from './file-name.ts'
import type { Format } from './format.ts'
import { OpenFile, type PublishedFile } from './open-file.ts'
import type { OpenFiles } from './tail-state.ts'

/** A finished file in the folder, by whomever. */
export interface FoundFile extends PublishedFile {
  readonly writer: string
  readonly sink: string
}

/** All finished files of a folder and its partitions, also where a link leads to them. */
export async function findFiles(folder: string, partition = '', above: string[] = []): Promise<FoundFile[]> {
  const found: FoundFile[] = []
  const path = await ifThere(realpath(join(folder, partition)))
  // A link may lead back to where it came from.
  if (path === undefined || above.includes(path)) return found
  for (const entry of (await ifThere(readdir(path, { withFileTypes: true }))) ?? []) {
    const parsed = parseFileName(entry.name)
    if (parsed === undefined && !entry.name.includes('=')) continue
    const file = join(partition, entry.name)
    const kind = entry.isSymbolicLink() ? await ifThere(stat(join(path, entry.name))) : entry
    if (kind?.isDirectory() && entry.name.includes('=')) {
      found.push(...(await findFiles(folder, file, [...above, path])))
    }
    if (kind?.isFile() && parsed !== undefined) found.push({ ...parsed, partition, file })
  }
  return found
}

/**
 * A job that starts for the first time must not add to what an earlier history of it wrote: every row of that would be
 * there twice.
 *
 * @throws MillraceError `SINK_FOREIGN_FILES` naming one such file.
 */
export function refuseForeign(folder: string, writer: Writer, found: readonly FoundFile[]): void {
  const foreign = found.find(({ sink, writer: by }) => by !== writerName(writer) && sink === sinkPart(writer))
  if (foreign === undefined) return
  throw new MillraceError(
    'SINK_FOREIGN_FILES',
    `the folder holds files of an earlier run of sink ${writer.sink}`,
    {
      where: { file: join(folder, foreign.file) },
    },
  )
}

/**
 * Gives open files the published files that hold their rows and later ones. There are such files when the job starts
 * from an older checkpoint than its newest. The replay gives those rows again: they are put into files with the same
 * boundaries, so committing them changes nothing, and other rows than were published are noticed.
 *
 * @throws MillraceError `SINK_FOREIGN_FILES` if published files do not continue what the checkpoint holds.
 */
export function expectPublished(
  folder: string,
  format: Format<never>,
  files: OpenFiles,
  writer: Writer,
  found: readonly FoundFile[],
): void {
  const own = found.filter((file) => file.writer === writerName(writer)).sort((a, b) => a.first - b.first)
  for (const published of own) {
    const file = files.get(published.partition) ?? new OpenFile(published.partition, format)
    if (published.last < file.first) continue
    const expected = (file.published.at(-1)?.last ?? file.first - 1) + 1
    const holdsTail = file.published.length > 0 || published.last >= file.lastRow
    if (published.first !== expected || !holdsTail) {
      throw new MillraceError('SINK_FOREIGN_FILES', 'a published file does not continue the checkpoint', {
        where: { file: join(folder, published.file) },
      })
    }
    file.published.push(published)
    files.set(published.partition, file)
  }
}

/**
 * At the end of the input every published row must have come again.
 *
 * @throws MillraceError `SINK_FOREIGN_FILES` naming a file with rows that did not.
 */
export function refuseUnrepeated(folder: string, files: OpenFiles): void {
  for (const { published } of files.values()) {
    const [file] = published
    if (file === undefined) continue
    throw new MillraceError(
      'SINK_FOREIGN_FILES',
      'the replay did not give the rows of a published file again',
      {
        where: { file: join(folder, file.file) },
      },
    )
  }
}

function sinkPart(writer: Writer): string {
  return writerName(writer).slice(0, -(writer.lineage.length + 1))
}
