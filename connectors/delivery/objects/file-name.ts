import { escaped } from './partition-path.ts'
import { withRandom } from './random-string.ts'

/** The rows of a partition that a file holds, by their ordinals, both included. */
export interface RowRange {
  readonly first: number
  readonly last: number
}

/** Who writes a file: a sink of one history of a job. */
export interface Writer {
  readonly sink: string
  readonly lineage: string
}

/** Begins the name of all files of a writer. Files that begin with `_` or `.` are hidden from many readers. */
export function writerName({ sink, lineage }: Writer): string {
  const hidden = /^[_.]/.exec(sink)?.[0]
  const name = escaped(sink)
  return `${hidden === undefined ? name : `%${hidden.charCodeAt(0).toString(16).toUpperCase()}${name.slice(1)}`}-${lineage}`
}

/** The name of a finished file. It follows from writer and rows, so publishing them twice is publishing them once. */
export function fileName(writer: Writer, { first, last }: RowRange, extension: string): string {
  const dot = extension === '' || extension.startsWith('.') ? '' : '.'
  return `${writerName(writer)}-${ordinal(first)}-${ordinal(last)}${dot}${extension}`
}

/** The name of the object of a finished file: the folder of its partition, and its name there. */
export function objectName(partition: string, writer: Writer, range: RowRange, extension: string): string {
  const name = fileName(writer, range, extension)
  return partition === '' ? name : `${withRandom(partition, writerName(writer), range)}/${name}`
}

/** What the name of a finished file says; `undefined` for any other name. */
export function parseFileName(
  name: string,
): ({ readonly writer: string; readonly sink: string } & RowRange) | undefined {
  const match = /^((.+)-[a-z0-9]+)-(\d{12,})-(\d{12,})(?:\.[0-9a-z!_.*'()-]+)?$/.exec(name)
  if (match === null) return undefined
  const [, writer = '', sink = '', first, last] = match
  return { writer, sink, first: Number(first), last: Number(last) }
}

/** Twelve digits, so that names sort as the rows do. */
export function ordinal(row: number): string {
  return String(row).padStart(12, '0')
}
