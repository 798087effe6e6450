import type { ObjectStage } from '../../../src/contract/object-destination.ts'
import { MillraceError } from '../../../src/errors.ts'
import { parseFileName, type Writer, writerName } from './file-name.ts'
import type { Format } from './format.ts'
import { ledgerNumber } from './ledger/ledger-object.ts'
import { OpenFile, type PublishedFile } from './open-file.ts'
import { withoutRandom } from './random-string.ts'
import { markerVersion } from './success-marker.ts'
import type { OpenFiles } from './tail-state.ts'

/** A finished file in the destination. */
export interface FoundFile extends PublishedFile {
  readonly writer: string
  readonly sink: string
}

/** A manifest in the destination. */
export interface FoundMarker {
  readonly partition: string
  readonly version: number
}

/** What is found in a destination: finished files by any writer of the same sink, manifests, and entries of the ledger. */
export interface FoundObjects {
  readonly files: readonly FoundFile[]
  readonly markers: readonly FoundMarker[]
  /** The names of the writer's own entries. */
  readonly entries: readonly string[]
}

export async function findFiles(objects: ObjectStage, writer: Writer): Promise<FoundObjects> {
  return foundAmong(await objects.names((path) => isOurs(path, writer)), writer)
}

/** What some names are. */
export function foundAmong(names: readonly string[], writer: Writer): FoundObjects {
  const files = names.filter((path) => isOfSink(path, writer))
  const markers = names.filter(isMarker)
  return {
    files: files.map((file) => {
      const parsed = parseFileName(lastPart(file))!
      return { ...parsed, partition: withoutRandom(folderOf(file), parsed.writer, parsed), file }
    }),
    markers: markers.map((path) => ({ partition: folderOf(path), version: markerVersion(lastPart(path))! })),
    entries: names.filter((path) => ledgerNumber(path, writer) !== undefined),
  }
}

/** Whether a name may be of a sink's file, of a manifest or of an entry of its ledger. */
export function isOurs(path: string, writer: Writer): boolean {
  return isOfSink(path, writer) || isMarker(path) || ledgerNumber(path, writer) !== undefined
}

function isOfSink(path: string, writer: Writer): boolean {
  return parseFileName(lastPart(path))?.sink === sinkPart(writer)
}

/**
 * A job that starts for the first time must not add to what an earlier history of it wrote: every row of that would be
 * there twice.
 *
 * @throws MillraceError `SINK_FOREIGN_FILES` naming one such file.
 */
export function refuseForeign(objects: ObjectStage, writer: Writer, found: readonly FoundFile[]): void {
  const foreign = found.find(({ sink, writer: by }) => by !== writerName(writer) && sink === sinkPart(writer))
  if (foreign === undefined) return
  throw new MillraceError(
    'SINK_FOREIGN_FILES',
    `the destination holds files of an earlier run of sink ${writer.sink}`,
    {
      where: { file: objects.whereIs(foreign.file) },
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
  objects: ObjectStage,
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
        where: { file: objects.whereIs(published.file) },
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
export function refuseUnrepeated(objects: ObjectStage, files: OpenFiles): void {
  for (const { published } of files.values()) {
    const [file] = published
    if (file === undefined) continue
    throw new MillraceError(
      'SINK_FOREIGN_FILES',
      'the replay did not give the rows of a published file again',
      {
        where: { file: objects.whereIs(file.file) },
      },
    )
  }
}

function sinkPart(writer: Writer): string {
  return writerName(writer).slice(0, -(writer.lineage.length + 1))
}

function isMarker(path: string): boolean {
  return markerVersion(lastPart(path)) !== undefined
}

/** The last part of a path. */
export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
