import type { Audit, AuditedFile, InputRanges } from '../contract/sink.ts'

/** A sink, and what was found of it; without an audit it keeps no ledger. */
export interface AuditedSink {
  readonly job: string
  readonly lineage: string
  readonly epoch: number
  readonly sink: string
  readonly place: string
  readonly audit: Audit | undefined
}

/** More splits than this are only counted: `--json` has them all. */
const shownSplits = 32

/** What `millrace verify` says of a sink. */
export function auditText({ sink, place, lineage, epoch, audit }: AuditedSink): string {
  const head = `sink ${sink}: ${place}`
  if (audit === undefined) return `${head}\n  keeps no ledger`
  const { files, entries, faults } = audit
  return [
    `${head}, history ${lineage}, up to epoch ${epoch}`,
    `  ${counted(files.length, 'file')}, ${counted(rowsOf(files), 'row')} in ${counted(partitionsOf(files), 'partition')}`,
    `  ${counted(entries, 'entry', 'entries')} of the ledger, with the records of`,
    ...rangeLines(audit.ranges),
    ...restLines(audit),
    ...faults.map((fault) => `  ${fault}`),
    faults.length === 0 ? '  whole: no gap, no overlap, nothing missing, nothing foreign' : '  BROKEN',
  ].join('\n')
}

/** What `millrace verify --row` says of a file. */
export function fileText(
  { job, sink, lineage }: AuditedSink,
  file: AuditedFile,
  row: number | undefined,
  commands: readonly string[],
): string {
  const { partition, firstRow, lastRow, epoch, code, ranges } = file
  const partitionText = partition === '' ? '' : ` of partition ${partition}`
  const which =
    row === undefined ? `rows ${firstRow} to ${lastRow}` : `row ${row} (of ${firstRow} to ${lastRow})`
  const published =
    epoch === undefined ? 'is published at the next start of the job' : `was published by epoch ${epoch}`
  return [
    `${file.file}`,
    `  job ${job}, history ${lineage}, sink ${sink}: ${which}${partitionText}`,
    `  ${published}${code === undefined ? '' : `, made by the code ${code}`}`,
    ...(ranges === undefined
      ? ['  which records it comes from is not known: it was open before there was a ledger']
      : ['  comes from the records of', ...rangeLines(ranges)]),
    ...(commands.length === 0
      ? []
      : ['  which these commands print', ...commands.map((line) => `    ${line}`)]),
  ].join('\n')
}

function restLines({ open, older, ahead, files }: Audit): readonly string[] {
  const pending = files.filter((file) => file.pending).length
  const where =
    open.files === 0
      ? 'no row waits in an open file'
      : `${counted(open.rows, 'row')} in ${counted(open.files, 'open file')}`
  return [
    ...(Object.keys(open.ranges).length === 0
      ? [`  ${where}`]
      : [`  since then ${where}, with the records of`, ...rangeLines(open.ranges)]),
    ...(pending === 0
      ? []
      : [`  ${counted(pending, 'file')} will be published at the next start of the job`]),
    ...(ahead.length === 0 ? [] : [`  ${counted(ahead.length, 'file')} later than the checkpoint`]),
    ...(older.length === 0
      ? []
      : [`  ${counted(older.length, 'file')} older than the ledger, of which it says nothing`]),
  ]
}

function rangeLines(ranges: InputRanges): readonly string[] {
  const lines = Object.entries(ranges).flatMap(([source, splits]) =>
    Object.entries(splits).map(([split, [after, through]]) => {
      return `    ${source}/${split}  ${after === null ? 'from its beginning' : `after ${after}`} through ${through}`
    }),
  )
  if (lines.length === 0) return ['    nothing']
  const more = lines.length - shownSplits
  return more <= 0 ? lines : [...lines.slice(0, shownSplits), `    and ${more} more splits (see --json)`]
}

function rowsOf(files: readonly AuditedFile[]): number {
  return files.reduce((sum, { firstRow, lastRow }) => sum + lastRow + 1 - firstRow, 0)
}

function partitionsOf(files: readonly AuditedFile[]): number {
  return new Set(files.map(({ partition }) => partition)).size
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
