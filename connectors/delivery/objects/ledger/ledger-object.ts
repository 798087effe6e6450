import type { InputPositions } from '../../../../src/contract/sink.ts'
import { ordinal, type Writer, writerName } from '../file-name.ts'
import { type Cut, unknownCut } from './cut.ts'

/*
 * An entry of the ledger is an object of lines of JSON:
 *
 *   {"ledger":1,"job":…,"sink":…,"lineage":…,"number":…,"follows":…,"epoch":…,"after":0,"through":1}
 *   {"cut":0,"positions":{source:{split:position,…},…}}       once for each cut that other lines name
 *   {"file":…,"partition":…,"firstRow":…,"lastRow":…,"bytes":…,"sha256":…,"after":0,"through":1,"settled":1}
 *
 * The first line is the entry's own range, the others those of the files that its checkpoint has published.
 */

/** What an entry says of itself. Cuts are named by their numbers. */
export interface LedgerHead {
  readonly job: string
  readonly sink: string
  readonly lineage: string
  /** From 1 on; higher than that of all entries before it. */
  readonly number: number
  /** The name of the entry before it in this history; `null` in the first one. */
  readonly follows: string | null
  /** Of the checkpoint that published it. */
  readonly epoch: number
  readonly code?: string
  /** The first entry of a sink that had published files before there were ledgers. */
  readonly older?: true
}

/** A file in an entry. */
export interface LedgerFile {
  readonly file: string
  readonly partition: string
  readonly firstRow: number
  readonly lastRow: number
  readonly bytes: number
  readonly sha256: string
  /** {@link unknownCut} for a file that was open when there was no ledger. */
  readonly after: Cut
  readonly through: Cut
  readonly settled: Cut
}

/** An entry of the ledger. Between two of a history nothing is left out: the later one's `after` is the `through` of the other. */
export interface LedgerObject {
  readonly head: LedgerHead
  readonly after: Cut
  readonly through: Cut
  readonly files: readonly LedgerFile[]
}

const folder = '_ledger'

/** No reader of data looks into a folder that begins with `_`, or takes such an extension for data. */
export function ledgerName(writer: Writer, number: number, epoch: number): string {
  return `${ledgerFolder(writerName(writer))}${ordinal(number)}-${ordinal(epoch)}.ledger`
}

/** Where the entries of a writer are. */
export function ledgerFolder(writer: string): string {
  return `${folder}/${writer}/`
}

/** The number of an entry of the writer by its name; `undefined` for any other name. */
export function ledgerNumber(name: string, writer: Writer): number | undefined {
  const start = ledgerFolder(writerName(writer))
  const [, digits] =
    /^(\d{12,})-\d{12,}\.ledger$/.exec(name.startsWith(start) ? name.slice(start.length) : '') ?? []
  return digits === undefined ? undefined : Number(digits)
}

export function ledgerText({ head, after, through, files }: LedgerObject): string {
  const cuts = [
    ...new Set([after, through, ...files.flatMap((file) => [file.after, file.through, file.settled])]),
  ]
    .filter((cut) => cut !== unknownCut)
    .sort((a, b) => a.order - b.order)
  const numbers = new Map(cuts.map((cut, index) => [cut, index]))
  const numberOf = (cut: Cut) => numbers.get(cut) ?? null
  const named = (of: Pick<LedgerFile, 'after' | 'through'>) => ({
    after: numberOf(of.after),
    through: numberOf(of.through),
  })
  const lines = [
    { ledger: 1, ...head, ...named({ after, through }) },
    ...cuts.map(({ positions }, cut) => ({ cut, positions })),
    ...files.map((file) => ({ ...file, ...named(file), settled: numberOf(file.settled) })),
  ]
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** An entry, or why its text cannot be one. */
export function parsedLedger(text: string): LedgerObject | { readonly damage: string } {
  try {
    const [first, ...lines] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    if (first?.ledger !== 1) return { damage: 'it is no ledger that this version knows' }
    const isCut = (line: { cut?: number }) => line.cut !== undefined
    const cuts: Cut[] = lines
      .filter(isCut)
      .map(({ cut, positions }: { cut: number; positions: InputPositions }) => {
        return { order: cut, positions }
      })
    const cutOf = (number: number | null) => (number === null ? unknownCut : cuts[number]!)
    const { ledger: _, after, through, ...head } = first
    const files = lines
      .filter((line) => !isCut(line))
      .map((file) => {
        return {
          ...file,
          after: cutOf(file.after),
          through: cutOf(file.through),
          settled: cutOf(file.settled),
        }
      })
    return { head, after: cutOf(after), through: cutOf(through), files }
  } catch (error) {
    return { damage: `it does not read as lines of JSON: ${String(error)}` }
  }
}
