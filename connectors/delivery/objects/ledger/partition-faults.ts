import type { InputPositions } from '../../../../src/contract/sink.ts'
import { rangesBetween, unknownCut } from './cut.ts'
import type { LedgerFile } from './ledger-object.ts'
import { comparedPositions } from './position-order.ts'

/** What is checked of a file among those of its partition. */
export type FileInPartition = Pick<
  LedgerFile,
  'file' | 'firstRow' | 'lastRow' | 'after' | 'through' | 'settled'
>

/** What the rows of a partition must be. */
export interface RowsOfPartition {
  /** The first row that the files must have; `undefined` where it is not known any more. */
  readonly from: number | undefined
  /** The first row that no file has yet. */
  readonly to: number
}

/**
 * What is wrong with the files of one partition. Their rows must follow each other without a gap and without an overlap, and
 * the records of a file must not be among those of an earlier one, but for a fetch in the middle of which that ended.
 */
export function partitionFaults(files: readonly FileInPartition[], rows: RowsOfPartition): readonly string[] {
  const sorted = [...files].sort((a, b) => a.firstRow - b.firstRow || a.lastRow - b.lastRow)
  return [...rowFaults(sorted, rows), ...rangeFaults(sorted)]
}

function rowFaults(files: readonly FileInPartition[], { from, to }: RowsOfPartition): readonly string[] {
  const faults: string[] = []
  let next = from ?? files[0]?.firstRow ?? to
  let last = ''
  for (const { file, firstRow, lastRow } of files) {
    if (firstRow > next) faults.push(`gap: ${span(next, firstRow - 1)} in no file before ${file}`)
    if (firstRow < next) {
      faults.push(
        `overlap: ${span(firstRow, Math.min(lastRow, next - 1))} in ${file} and in ${last || 'none before it'}`,
      )
    }
    if (lastRow >= next) last = file
    next = Math.max(next, lastRow + 1)
  }
  if (next < to) faults.push(`gap: ${span(next, to - 1)} in no file${last && ` after ${last}`}`)
  return faults
}

function rangeFaults(files: readonly FileInPartition[]): readonly string[] {
  const faults: string[] = []
  const standing = new Map<string, { readonly at: FileInPartition; readonly through: string }>()
  for (const file of files) {
    for (const { key, split, source, after, through } of movesOf(file)) {
      const earlier = standing.get(key)
      const shared = earlier && (positionIn(earlier.at.settled.positions, source, split) ?? null)
      if (
        earlier !== undefined &&
        comparedPositions(after, earlier.through) < 0 &&
        comparedPositions(after, shared!) < 0
      ) {
        faults.push(
          `overlap: ${file.file} has records of ${key} after ${after ?? 'its beginning'}, and ${earlier.at.file} has them through ${earlier.through}`,
        )
      }
      standing.set(key, { at: file, through })
    }
  }
  return faults
}

function movesOf({ after, through }: FileInPartition) {
  if (after === unknownCut || through === unknownCut) return []
  return Object.entries(rangesBetween(after.positions, through.positions)).flatMap(([source, splits]) =>
    Object.entries(splits).map(([split, [from, to]]) => {
      return { key: `${source}/${split}`, source, split, after: from, through: to }
    }),
  )
}

function positionIn(positions: InputPositions, source: string, split: string): string | undefined {
  return positions[source]?.[split]
}

function span(first: number, last: number): string {
  return first === last ? `row ${first} is` : `rows ${first} to ${last} are`
}
