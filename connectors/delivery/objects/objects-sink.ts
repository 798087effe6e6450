import type { ObjectDestination, ObjectStage } from '../../../src/contract/object-destination.ts'
import type { Sink, SinkContext, SinkWriter } from '../../../src/contract/sink.ts'
import type { Snapshot } from '../../../src/contract/snapshot.ts'
import { MillraceError } from '../../../src/errors.ts'
import { bytes, type Duration, milliseconds, type Size } from '../../../src/units.ts'
import { auditObjects } from './audit-objects.ts'
import { restoreCold } from './cold-state.ts'
import { Completion, restoredAccounts } from './completion.ts'
import { writerName } from './file-name.ts'
import type { Format } from './format.ts'
import { attachListed } from './ledger/attach-listed.ts'
import { ledgerFolder, ledgerNumber } from './ledger/ledger-object.ts'
import { SinkLedger } from './ledger/sink-ledger.ts'
import { type Found, type ObjectsPlan, ObjectsWriter } from './objects-writer.ts'
import { type PartitionOptions, partitioning } from './partition-of.ts'
import { expectPublished, findFiles, lastPart, refuseForeign } from './published-files.ts'
import { Spill } from './spill.ts'
import { markerVersion } from './success-marker.ts'
import { misfitOfTails, restoreTails, TailState } from './tail-state.ts'

/** Where rows go and how they become files. */
export interface ObjectsOptions<T> extends PartitionOptions<T> {
  /** Such as `folder('lake/orders')` or `bucket('s3://lake/orders')`. */
  readonly to: ObjectDestination
  /** Such as `parquet({ … })`. It fixes the type of the rows. */
  readonly format: Format<T>
  /** The end of the names of files, such as `'.json.gz'`. Default: by the format and its compression. */
  readonly extension?: string
  /**
   * What the rows of files that are not finished may weigh in memory, all partitions together. More lies on the local
   * disk, in the folder for temporary files; no file is finished early. Default `'256MiB'`.
   */
  readonly memory?: Size
  /** When a file is finished; each partition has its own. */
  readonly roll?: {
    /** As soon as its rows weigh so much before compression. Default `'128MiB'`. */
    readonly size?: Size
    /** At the first checkpoint when its first row is so old. Default `'5m'`. */
    readonly age?: Duration
  }
}

/** A sink of files, as the options say. */
export function objectsSink<T>(options: ObjectsOptions<T>): Sink<T> {
  const { to, format, prefix, extension = format.extension, roll = {} } = options
  const { kind, place, because } = to.description
  const refused = to.refuses?.(format.extension)
  if (refused !== undefined) throw new MillraceError('OPTION_INVALID', `deliverySink(…): ${refused}`)
  const plan: ObjectsPlan<T> = {
    format,
    partitions: partitioning(options),
    extension: checkedExtension(extension),
    memoryBytes: memoryBytes(options.memory ?? '256MiB'),
    roll: { sizeBytes: bytes(roll.size ?? '128MiB'), ageMs: milliseconds(roll.age ?? '5m') },
  }
  return {
    description: {
      kind,
      detail: `${format.extension} in ${prefix === undefined ? place : `${place}/${prefix}`}`,
      guarantee: 'exactly-once',
      because,
    },
    open: (context, restored) => openWriter(to, plan, context, restored),
    misfit: (state) => misfitOfTails(format, state),
    audit: (context) => auditObjects(to, format.extension, context),
  }
}

function memoryBytes(memory: Size): number {
  const sizeBytes = bytes(memory)
  if (sizeBytes >= 2 ** 20) return sizeBytes
  throw new MillraceError('OPTION_INVALID', `memory ${memory} is too little: the least is 1MiB`)
}

/** By Firehose's own rule, or a name without a dot as formats give it. */
function checkedExtension(extension: string): string {
  if (/^(\.?[0-9a-z!\-_.*'()]{1,127})?$/.test(extension)) return extension
  throw new MillraceError(
    'OPTION_INVALID',
    `extension ${JSON.stringify(extension)} cannot be: use at most 127 of 0-9 a-z ! - _ . * ' ( )`,
  )
}

async function openWriter<T>(
  to: ObjectDestination,
  plan: ObjectsPlan<T>,
  context: SinkContext,
  restored: Snapshot | undefined,
): Promise<SinkWriter<T>> {
  const { clock, random } = context
  const writer = writerName({ sink: context.name, lineage: context.lineage })
  const owns = (name: string) =>
    lastPart(name).startsWith(`${writer}-`) ||
    name.startsWith(ledgerFolder(writer)) ||
    (plan.partitions.endOf !== undefined && markerVersion(lastPart(name)) !== undefined)
  const format = plan.format.extension
  const count = (counter: string, by?: number) => context.count(counter, by)
  const objects = await to.open({ writer, owns, format, clock, random, count })
  const spill = new Spill()
  try {
    return new ObjectsWriter(plan, context, objects, await find(plan, context, objects, restored, spill))
  } catch (error) {
    spill.close()
    await objects.close()
    throw error
  }
}

async function find<T>(
  { format, partitions }: ObjectsPlan<T>,
  context: SinkContext,
  objects: ObjectStage,
  restored: Snapshot | undefined,
  spill: Spill,
): Promise<Found> {
  const writer = { sink: context.name, lineage: context.lineage }
  const [coldLayer = [], [account] = []] = restored?.layers ?? []
  const cold = await restoreCold([coldLayer], spill)
  const tails =
    restored === undefined
      ? { files: new Map(), state: new TailState(format), ledger: undefined }
      : restoreTails(format, restored, cold.pieces)
  const published = await findFiles(objects, writer)
  if (restored === undefined) refuseForeign(objects, writer, published.files)
  expectPublished(objects, format, tails.files, writer, published.files)
  const ahead = { to: tails.files, entries: published.entries, after: tails.ledger?.state.number ?? 0 }
  await attachListed(objects, writer, ahead)
  const numbers = published.entries.map((name) => ledgerNumber(name, writer) ?? 0)
  const ledger = new SinkLedger(context, tails.ledger, Math.max(0, ...numbers), restored !== undefined)
  await objects.look()
  const found = { files: tails.files, state: tails.state, ledger, cold: cold.state, spill }
  if (partitions.endOf === undefined) return { ...found, completion: undefined }
  const accounts = await restoredAccounts(account)
  for (const { partition, version } of published.markers) accounts.found(partition, version)
  return { ...found, completion: new Completion(accounts, context, objects) }
}
