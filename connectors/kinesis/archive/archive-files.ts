import type { ArchivePlace } from '../../../src/contract/archive-place.ts'
import { MillraceError } from '../../../src/errors.ts'

/** What the name of a file says: who wrote it, and which of that sink's rows it holds, both ends included. */
interface NamedFile {
  readonly name: string
  readonly writer: string
  readonly first: number
  readonly last: number
}

/**
 * The files of an archive in the order of their rows. They must be what one sink has written, without a gap: then
 * whatever is there, everything that was read before it is there too.
 *
 * @throws MillraceError `OPTION_INVALID` if several sinks have written there, or in partitions; `DATA_LOST` if a file is
 *   missing.
 */
export async function archiveFiles(place: ArchivePlace): Promise<readonly string[]> {
  const names = await place.list()
  const partition = names.find((name) => /^[^.]+=|\/.*\.parquet$/.test(name))
  if (partition !== undefined)
    throw invalid(place, `it has partitions (${partition}): write an archive without partitionBy`)
  const files = names.flatMap(parsed).sort((a, b) => a.first - b.first)
  const writers = [...new Set(files.map(({ writer }) => writer))]
  if (writers.length > 1) throw invalid(place, `several sinks have written there: ${writers.join(', ')}`)
  for (const [index, { name, first }] of files.entries()) {
    const before = files[index - 1]
    if (before !== undefined && first !== before.last + 1)
      throw new MillraceError(
        'DATA_LOST',
        `the archive in ${place.description} lacks the file between ${before.name} and ${name}`,
      )
  }
  return files.map(({ name }) => name)
}

function parsed(name: string): NamedFile[] {
  const [, writer, first, last] = /^(.+-[a-z0-9]+)-(\d{12,})-(\d{12,})\.parquet$/.exec(name) ?? []
  return writer === undefined ? [] : [{ name, writer, first: Number(first), last: Number(last) }]
}

function invalid(place: ArchivePlace, why: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `${place.description} cannot be read as an archive: ${why}`)
}
