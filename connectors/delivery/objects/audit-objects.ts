import type {
  ObjectDestination,
  ObjectStage,
  StagedObject,
} from '../../../src/contract/object-destination.ts'
import type { Audit, AuditContext, Committable } from '../../../src/contract/sink.ts'
import { type Writer, writerName } from './file-name.ts'
import { audited } from './ledger/audit.ts'
import { unknownOrigin } from './ledger/cut.ts'
import type { LedgerFile } from './ledger/ledger-object.ts'
import { readEntries } from './ledger/read-entries.ts'
import { foundAmong, isOurs } from './published-files.ts'
import { tailFacts } from './tail-state.ts'

/** How many files are read at the same time. */
const lanes = 8

/** Looks into a destination, and compares it with the ledger there and with a checkpoint. */
export async function auditObjects(
  to: ObjectDestination,
  format: string,
  context: AuditContext,
): Promise<Audit> {
  const { name: sink, lineage, clock, random, committables } = context
  const writer = { sink, lineage }
  const reader = { writer: writerName(writer), owns: () => false, readOnly: true, format }
  const objects = await to.open({ ...reader, clock, random, count: () => {} })
  try {
    // First: what is staged no longer has then been published before anybody looks for it.
    const promised = await promisedBy(objects, committables, writer)
    const sizes = await objects.sizes((path) => isOurs(path, writer))
    const found = foundAmong([...sizes.keys()], writer)
    const entries = await readEntries(objects, found.entries)
    const audit = audited({
      tails: tailFacts(context.state),
      positions: context.positions,
      entries,
      promisedEntries: promised.entries,
      promisedFiles: promised.files,
      present: found.files.filter((file) => file.writer === writerName(writer)),
      sizes,
    })
    if (!context.content) return audit
    return { ...audit, faults: [...audit.faults, ...(await contentFaults(objects, audit))] }
  } finally {
    await objects.close()
  }
}

/** What a checkpoint is to publish and has not published yet. */
async function promisedBy(objects: ObjectStage, committables: readonly Committable[], writer: Writer) {
  const entries = new Map<string, string | null>()
  const files = new Map<string, LedgerFile>()
  const staged = await objects.stillStaged(committables)
  for (const one of committables.filter(({ file }) => staged.has(String(file)))) {
    const { file, sizeBytes, sha256 } = one as StagedObject
    if (one['ledger'] !== undefined) entries.set(file, one['follows'] as string | null)
    const [parsed] = foundAmong([file], writer).files
    if (parsed === undefined) continue
    const { partition, first: firstRow, last: lastRow } = parsed
    files.set(file, { file, partition, firstRow, lastRow, bytes: sizeBytes, sha256, ...unknownOrigin })
  }
  return { entries, files }
}

async function contentFaults(objects: ObjectStage, { files }: Audit): Promise<readonly string[]> {
  const faults: string[] = []
  const waiting = files.filter(({ pending }) => !pending)
  const lane = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const same = await objects.holds(file.file, { sizeBytes: file.bytes, sha256: file.sha256 })
      if (same === false) faults.push(`changed: ${file.file} has other content than by the ledger`)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return faults
}
