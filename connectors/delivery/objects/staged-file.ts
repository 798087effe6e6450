import type { ObjectStage } from '../../../src/contract/object-destination.ts'
import type { Committable } from '../../../src/contract/sink.ts'
import { MillraceError } from '../../../src/errors.ts'
import { objectName, type Writer } from './file-name.ts'
import type { Format, Told } from './format.ts'
import { type Origin, rangesBetween, unknownCut } from './ledger/cut.ts'
import type { FinishedFile } from './open-file.ts'

/** How files of a job are made. */
export interface Manner extends Pick<Format<never>, 'encode' | 'extension'> {
  readonly job: string
  readonly code: string | undefined
}

/** Encodes a finished file and stages it. */
export async function stageFile(
  objects: ObjectStage,
  writer: Writer,
  { encode, extension, job, code }: Manner,
  { partition, first, last, rows, published, origin }: FinishedFile,
): Promise<Committable> {
  const file = published?.file ?? objectName(partition, writer, { first, last }, extension)
  const told: Told = {
    'millrace.sink': writer.sink,
    'millrace.partition': partition,
    'millrace.rows': `${first}-${last}`,
  }
  // What another run would say otherwise is said as the ledger has it: the bytes must be those that were published.
  const listed = published === undefined ? { ...origin, code } : published.listed
  const staged = await objects.stage(file, encode(rows, { ...told, ...toldOf(job, listed) }))
  if (published !== undefined && (await objects.holds(file, staged)) === false) {
    throw new MillraceError(
      'SINK_FOREIGN_FILES',
      'the replay gave other rows than the file that was published',
      { where: { file: objects.whereIs(file) } },
    )
  }
  return { ...staged, rows: last + 1 - first, first, last }
}

/** What a file tells of the run that made it; nothing if it was published when there was no ledger. */
function toldOf(
  job: string,
  listed: (Pick<Origin, 'after' | 'through'> & { readonly code?: string | undefined }) | undefined,
): Told {
  if (listed === undefined) return {}
  const { after, through, code } = listed
  const ranges = after === unknownCut ? {} : rangesBetween(after.positions, through.positions)
  return {
    'millrace.job': job,
    ...(code !== undefined && { 'millrace.code': code }),
    ...(Object.keys(ranges).length > 0 && { 'millrace.ranges': JSON.stringify(ranges) }),
  }
}
