import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Sink, SinkContext, SinkWriter } from '../../../src/contract/sink.ts'
import type { Snapshot } from '../../../src/contract/snapshot.ts'
import { bytes, type Duration, milliseconds, type Size } from '../../../src/units.ts'
import { DurableFolders } from './durable-folders.ts'
import { ifThere, orSinkFailed } from './file-error.ts'
import { type FilesPlan, FilesWriter, type Found } from './files-writer.ts'
import type { Format } from './format.ts'
import { expectPublished, findFiles, refuseForeign } from './published-files.ts'
import { stagingFolder } from './staged-file.ts'
import { restoreTails, TailState } from './tail-state.ts'

/** Where rows go and how they become files. */
export interface FilesSinkOptions<T> {
  /** Made if it is not there. Must be on a file system with hard links. */
  readonly folder: string
  /** Such as `parquet({ … })`. It fixes the type of the rows. */
  readonly format: Format<T>
  /**
   * The partition of a row as Hive folders: `{ year: '2001', month: '01' }` goes to `year=2001/month=01/`. Keys keep
   * their order. Without it all files lie in the folder itself.
   */
  readonly partitionBy?: (row: NoInfer<T>) => Readonly<Record<string, string>>
  /** When a file is finished; each partition has its own. */
  readonly roll?: {
    /** As soon as its rows weigh so much before compression. Default `'128MiB'`. */
    readonly size?: Size
    /** At the first checkpoint when its first row is so old. Default `'5m'`. */
    readonly age?: Duration
  }
}

/**
 * Writes rows to files in a local folder, each row exactly once. A file appears whole, under a name that follows from
 * the rows in it, when the checkpoint that fixed those rows is complete. Rows of files that are not finished are kept
 * in the checkpoint, so the size of files does not depend on the checkpoint interval.
 *
 * Errors of the running sink: `ROW_INVALID` for a row that the format cannot hold; `SINK_FAILED` when the disk is full
 * or the folder cannot be written; `SINK_FOREIGN_FILES` when the folder holds files of an earlier history of the job;
 * `SINK_COMMITTABLE_LOST` when a staged file is gone; `CHECKPOINT_INCOMPATIBLE` when the columns have changed.
 *
 * @throws RangeError if `roll` is not a size and a duration.
 * @example
 * filesSink({
 *   folder: 'lake/orders',
 *   format: parquet({ id: 'string', day: 'string', cents: 'int64' }),
 *   partitionBy: (row) => ({ day: row.day }),
 * })
 */
export function filesSink<T>(options: FilesSinkOptions<T>): Sink<T> {
  const { folder, format, partitionBy = () => ({}), roll = {} } = options
  const policy = { sizeBytes: bytes(roll.size ?? '128MiB'), ageMs: milliseconds(roll.age ?? '5m') }
  const plan: FilesPlan<T> = { folder: resolve(folder), format, partitionBy, roll: policy }
  return {
    description: {
      kind: 'files',
      detail: `${format.extension} in ${folder}`,
      guarantee: 'exactly-once',
      because: 'a file is named after the rows in it and appears by a link that replaces nothing',
    },
    open: (context, restored) => openWriter(plan, context, restored),
  }
}

async function openWriter<T>(
  plan: FilesPlan<T>,
  context: SinkContext,
  restored: Snapshot | undefined,
): Promise<SinkWriter<T>> {
  const found = await orSinkFailed('cannot open the folder', plan.folder, () => find(plan, context, restored))
  return new FilesWriter(plan, context, found)
}

async function find<T>(
  plan: FilesPlan<T>,
  context: SinkContext,
  restored: Snapshot | undefined,
): Promise<Found> {
  const { folder, format } = plan
  const writer = { sink: context.name, lineage: context.lineage }
  const staging = stagingFolder(writer)
  const folders = new DurableFolders(folder)
  await folders.make(join(folder, staging))
  const tails =
    restored === undefined
      ? { files: new Map(), state: new TailState(format) }
      : restoreTails(format, restored)
  const published = await findFiles(folder)
  if (restored === undefined) refuseForeign(folder, writer, published)
  expectPublished(folder, format, tails.files, writer, published)
  const leftovers = (await ifThere(readdir(join(folder, staging)))) ?? []
  return { ...tails, folders, leftovers: leftovers.map((name) => join(staging, name)) }
}
