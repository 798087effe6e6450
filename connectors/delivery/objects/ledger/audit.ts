import type { Audit, AuditedFile, InputPositions } from '../../../../src/contract/sink.ts'
import type { FoundFile } from '../published-files.ts'
import type { TailFacts } from '../tail-state.ts'
import { rangesBetween, unknownCut } from './cut.ts'
import { historyOf, joinedRanges, standingFaults } from './history.ts'
import type { LedgerFile, LedgerObject } from './ledger-object.ts'
import { partitionFaults } from './partition-faults.ts'

/** All that is known of a sink: what its checkpoint says, what its ledger says, and what is there. */
export interface Evidence {
  readonly tails: TailFacts
  /** Where the checkpoint stands. */
  readonly positions: InputPositions
  /** By name. */
  readonly entries: ReadonlyMap<string, LedgerObject>
  /** Entries that the checkpoint promises: what they follow, by their names. */
  readonly promisedEntries: ReadonlyMap<string, string | null>
  /** Files that the checkpoint promises. */
  readonly promisedFiles: ReadonlyMap<string, LedgerFile>
  /** The sink's files that are there. */
  readonly present: readonly FoundFile[]
  readonly sizes: ReadonlyMap<string, number>
}

type Listed = LedgerFile & Pick<AuditedFile, 'epoch' | 'code'>

/** Compares what is there with the ledger. */
export function audited(evidence: Evidence): Audit {
  const { tails, positions, entries, promisedEntries, sizes } = evidence
  const { state, cuts } = tails.ledger ?? {}
  const history = historyOf(state?.head ?? null, entries, promisedEntries)
  const joined = joinedRanges(history.entries)
  const listed = listedFiles(evidence, history.entries)
  const { older, ahead, foreign } = unlisted(evidence, listed.files)
  const files = listed.files.filter(({ partition, firstRow }) => isDone(tails, partition, firstRow))
  const now = cuts?.[state!.now]?.positions
  const since = cuts?.[state!.since]?.positions
  return {
    entries: history.entries.length,
    ranges: joined.ranges,
    files: files.map((file) => auditedFile(file, !sizes.has(file.file))),
    older: older.map(({ file }) => file),
    ahead: [...ahead.map(({ file }) => file), ...beyond(listed.files, files)],
    open: { ...tails.open, ranges: now === undefined ? {} : rangesBetween(since!, now) },
    faults: [
      ...history.faults,
      ...joined.faults,
      ...(now === undefined ? [] : standingFaults(now, positions)),
      ...listed.faults,
      ...foreign.map(({ file }) => `foreign: ${file} is not in the ledger`),
      ...(history.faults.length === 0 ? faultsOfPartitions(tails, files, older) : []),
      ...files.flatMap(({ file, bytes }) => sizeFault(file, bytes, sizes.get(file))),
    ],
  }
}

/** Whether a row is in a finished file, by the checkpoint. */
function isDone({ firstOpen }: TailFacts, partition: string, row: number): boolean {
  return row < (firstOpen.get(partition) ?? 0)
}

/** The files that the ledger lists, once each. What an entry lists that is not of this history counts if it is there. */
function listedFiles(
  { entries, promisedFiles, sizes }: Evidence,
  history: readonly LedgerObject[],
): { readonly files: readonly Listed[]; readonly faults: readonly string[] } {
  const faults: string[] = []
  const files = new Map<string, Listed>()
  for (const entry of history) {
    for (const line of entry.files) {
      if (files.has(line.file)) faults.push(`overlap: the ledger lists ${line.file} twice`)
      if (!sizes.has(line.file) && !promisedFiles.has(line.file))
        faults.push(`missing: ${line.file} is not there`)
      files.set(line.file, listedIn(entry, line))
    }
  }
  const ofHistory = new Set(history)
  for (const entry of [...entries.values()].filter((other) => !ofHistory.has(other))) {
    for (const line of entry.files) {
      if (!files.has(line.file) && sizes.has(line.file)) files.set(line.file, listedIn(entry, line))
    }
  }
  for (const [file, line] of promisedFiles) {
    if (!files.has(file)) files.set(file, { ...line, epoch: undefined, code: undefined })
  }
  return { files: [...files.values()], faults }
}

function listedIn({ head }: LedgerObject, line: LedgerFile): Listed {
  return { ...line, epoch: head.epoch, code: head.code }
}

/** What is there and in no entry. */
function unlisted({ tails, entries, present }: Evidence, files: readonly Listed[]) {
  const known = new Set(files.map(({ file }) => file))
  const firstListed = new Map<string, number>()
  for (const { partition, firstRow } of files) {
    firstListed.set(partition, Math.min(firstRow, firstListed.get(partition) ?? firstRow))
  }
  const mayBeOlder =
    tails.ledger === undefined || tails.ledger.state.older || [...entries.values()].some(isFirstOfOlder)
  const isOlder = ({ partition, last }: FoundFile) =>
    mayBeOlder && last < (firstListed.get(partition) ?? tails.firstOpen.get(partition) ?? 0)
  const others = present.filter(({ file }) => !known.has(file))
  const older = others.filter(isOlder)
  const ahead = others.filter((file) => !isOlder(file) && !isDone(tails, file.partition, file.first))
  const told = new Set([...older, ...ahead])
  return { older, ahead, foreign: others.filter((file) => !told.has(file)) }
}

function isFirstOfOlder({ head }: LedgerObject): boolean {
  return head.older === true
}

function beyond(all: readonly Listed[], done: readonly Listed[]): string[] {
  const isDoneWith = new Set(done)
  return all.filter((file) => !isDoneWith.has(file)).map(({ file }) => file)
}

function faultsOfPartitions(
  { firstOpen }: TailFacts,
  files: readonly Listed[],
  older: readonly FoundFile[],
): readonly string[] {
  const unknown = { after: unknownCut, through: unknownCut, settled: unknownCut }
  const ofOlder = older.map(({ file, partition, first, last }) => {
    return { file, partition, firstRow: first, lastRow: last, ...unknown }
  })
  const byPartition = new Map<string, (LedgerFile | (typeof ofOlder)[number])[]>()
  for (const file of [...files, ...ofOlder]) {
    const others = byPartition.get(file.partition)
    if (others === undefined) byPartition.set(file.partition, [file])
    else others.push(file)
  }
  return [...firstOpen].flatMap(([partition, to]) => {
    const faults = partitionFaults(byPartition.get(partition) ?? [], { from: 0, to })
    return faults.map((fault) => (partition === '' ? fault : `${fault}, in partition ${partition}`))
  })
}

function sizeFault(file: string, bytes: number, found: number | undefined): readonly string[] {
  if (found === undefined || found === bytes) return []
  return [`changed: ${file} has ${found} bytes, and ${bytes} by the ledger`]
}

function auditedFile(listed: Listed, pending: boolean): AuditedFile {
  const { file, partition, firstRow, lastRow, bytes, sha256, epoch, code, after, through } = listed
  const ranges = after === unknownCut ? undefined : rangesBetween(after.positions, through.positions)
  return { file, partition, firstRow, lastRow, bytes, sha256, epoch, code, pending, ranges }
}
