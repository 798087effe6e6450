import { Encoder } from 'cbor-x'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import { MillraceError } from '../../src/errors.ts'
import { chunksToFold } from './chunk-fold.ts'
import type { RowRange } from './file-name.ts'
import type { Format, Row } from './format.ts'
import { OpenFile } from './open-file.ts'

/*
 * The state of a sink writer, as CBOR without extensions (RFC 8949):
 *
 *   part 0    [layout, [[partition, first, rows, sizeBytes, openedAt], …]]
 *   part 1…n  [[partition, first, rows, packed], …]      a chunk
 *
 * A chunk holds rows that came between two checkpoints, and is never written again until it is folded into another.
 * Rows of a chunk below their partition's `first` are in finished files and are passed over.
 */
const schema = 1
const cbor = new Encoder({ useRecords: false, tagUint8Array: false })

type Head = [
  layout: string,
  files: [partition: string, first: number, rows: number, sizeBytes: number, openedAt: number][],
]
type Sections = [partition: string, first: number, rows: number, packed: unknown][]

interface Section extends RowRange {
  readonly partition: string
}

interface Chunk {
  readonly bytes: Uint8Array
  readonly sections: readonly Section[]
}

/** Open files by partition. */
export type OpenFiles = Map<string, OpenFile>

/** The chunks that hold the rows of open files in the checkpoint. */
export class TailState {
  readonly #format: Format<never>
  #chunks: readonly Chunk[]
  #head = new Uint8Array()

  constructor(format: Format<never>, chunks: readonly Chunk[] = []) {
    this.#format = format
    this.#chunks = chunks
  }

  /** The state now. Only rows that came since the last call are encoded, and chunks that are worth folding. */
  snapshot(files: OpenFiles): Snapshot {
    const fresh = [...files.values()].filter((file) => file.packed < file.rows.length).map(freshSection)
    const live = this.#chunks.map((chunk) => chunk.sections.flatMap((section) => liveSection(section, files)))
    const facts = this.#chunks.map((chunk, index) => ({
      rows: rowsOf(chunk.sections),
      liveRows: rowsOf(live[index]),
    }))
    const folded = chunksToFold(facts, rowsOf(fresh))
    const sections = joined([...fresh, ...live.filter((_, index) => folded.has(index)).flat()])
    const kept = this.#chunks.filter((_, index) => !folded.has(index))
    this.#chunks = sections.length === 0 ? kept : [...kept, this.#chunk(sections, files)]
    for (const file of files.values()) file.packed = file.rows.length
    this.#updateHead(files)
    return { schema, parts: [this.#head, ...this.#chunks.map((chunk) => chunk.bytes)] }
  }

  /** The same array as before if nothing has changed. */
  #updateHead(files: OpenFiles): void {
    const entries = [...files.values()].map(({ partition, first, rows, sizeBytes, openedAt }) => {
      return [partition, first, rows.length, sizeBytes, openedAt]
    })
    const head = encoded([this.#format.layout, entries])
    if (Buffer.compare(head, this.#head) !== 0) this.#head = head
  }

  #chunk(sections: readonly Section[], files: OpenFiles): Chunk {
    const packed = sections.map(({ partition, first, last }) => {
      const file = files.get(partition)
      const rows = file?.rows.slice(first - file.first, last + 1 - file.first) ?? []
      return [partition, first, rows.length, this.#format.pack(rows)]
    })
    return { bytes: encoded(packed), sections }
  }
}

/**
 * Open files and their chunks as a checkpoint has them.
 *
 * @throws MillraceError `CHECKPOINT_INCOMPATIBLE` if the columns have changed since.
 */
export function restoreTails(
  format: Format<never>,
  snapshot: Snapshot,
): { files: OpenFiles; state: TailState } {
  const [headPart, ...parts] = snapshot.parts
  if (snapshot.schema !== schema || headPart === undefined)
    throw incompatible(`state of version ${snapshot.schema}`)
  const [layout, entries]: Head = cbor.decode(headPart)
  if (layout !== format.layout) throw incompatible(`rows with columns ${layout}, not ${format.layout}`)
  const decoded = parts.map((bytes) => ({ bytes, sections: cbor.decode(bytes) as Sections }))
  const rowsIn = rowsByPartition(
    format,
    decoded.flatMap(({ sections }) => sections),
  )
  const files = entries.map(([partition, first, rows, sizeBytes, openedAt]) => {
    const restored = (rowsIn.get(partition) ?? []).filter(([row]) => row >= first).sort(([a], [b]) => a - b)
    if (restored.length !== rows || restored.some(([row], index) => row !== first + index)) {
      throw new MillraceError('CHECKPOINT_CORRUPT', `rows of partition ${partition || '(none)'} are missing`)
    }
    return new OpenFile(partition, { first, rows: restored.map(([, row]) => row), sizeBytes, openedAt })
  })
  const chunks = decoded.map(({ bytes, sections }) => ({
    bytes,
    sections: sections.map(([partition, first, rows]) => ({ partition, first, last: first + rows - 1 })),
  }))
  return { files: new Map(files.map((file) => [file.partition, file])), state: new TailState(format, chunks) }
}

function rowsByPartition(format: Format<never>, sections: Sections): Map<string, [number, Row][]> {
  const rowsIn = new Map<string, [number, Row][]>()
  for (const [partition, first, , packed] of sections) {
    const rows = rowsIn.get(partition) ?? []
    format.unpack(packed).forEach((row, index) => {
      rows.push([first + index, row])
    })
    rowsIn.set(partition, rows)
  }
  return rowsIn
}

function freshSection({ partition, first, packed, lastRow }: OpenFile): Section {
  return { partition, first: first + packed, last: lastRow }
}

function liveSection(section: Section, files: OpenFiles): Section[] {
  const first = Math.max(section.first, files.get(section.partition)?.first ?? Number.POSITIVE_INFINITY)
  return first > section.last ? [] : [{ ...section, first }]
}

/** Sections that follow each other in a partition become one. */
function joined(sections: readonly Section[]): Section[] {
  const all: Section[] = []
  for (const section of [...sections].sort(inOrder)) {
    const previous = all.at(-1)
    if (previous?.partition === section.partition && previous.last + 1 === section.first) {
      all[all.length - 1] = { ...previous, last: section.last }
    } else all.push(section)
  }
  return all
}

function inOrder(a: Section, b: Section): number {
  if (a.partition !== b.partition) return a.partition < b.partition ? -1 : 1
  return a.first - b.first
}

function rowsOf(sections: readonly Section[] = []): number {
  return sections.reduce((rows, { first, last }) => rows + last + 1 - first, 0)
}

/** A copy, since the encoder's own buffer holds more than the result. */
function encoded(value: unknown): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(cbor.encode(value))
}

function incompatible(what: string): MillraceError {
  return new MillraceError('CHECKPOINT_INCOMPATIBLE', `the checkpoint holds ${what}`)
}
