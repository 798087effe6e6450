import type { ObjectStage } from '../../../src/contract/object-destination.ts'
import type { Committable } from '../../../src/contract/sink.ts'
import { MillraceError } from '../../../src/errors.ts'
import { objectName, type Writer } from './file-name.ts'
import type { Format, Told } from './format.ts'
import type { FinishedFile } from './open-file.ts'

/** Encodes a finished file and stages it. */
export async function stageFile(
  objects: ObjectStage,
  writer: Writer,
  { encode, extension }: Pick<Format<never>, 'encode' | 'extension'>,
  { partition, first, last, rows, published }: FinishedFile,
): Promise<Committable> {
  const file = published?.file ?? objectName(partition, writer, { first, last }, extension)
  // Nothing that another history of the same job would say otherwise.
  const told: Told = {
    'millrace.sink': writer.sink,
    'millrace.partition': partition,
    'millrace.rows': `${first}-${last}`,
  }
  const staged = await objects.stage(file, encode(rows, told))
  if (published !== undefined && (await objects.holds(file, staged)) === false) {
    throw new MillraceError(
      'SINK_FOREIGN_FILES',
      'the replay gave other rows than the file that was published',
      { where: { file: objects.whereIs(file) } },
    )
  }
  return { ...staged, rows: last + 1 - first, first, last }
}
