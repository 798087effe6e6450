import { Encoder } from 'cbor-x'
import type { Snapshot } from '../../../src/contract/snapshot.ts'
import { MillraceError } from '../../../src/errors.ts'
import { chunksToFold } from './chunk-fold.ts'
import type { Format, Packed } from './format.ts'
import { type Cut, unknownCut } from './ledger/cut.ts'
import { type LedgerState, restoredCuts, type SinkLedger } from './ledger/sink-ledger.ts'
import { OpenFile, type Piece } from './open-file.ts'

/*
 * The state of a sink writer, as CBOR without extensions (RFC 8949):
 *
 *   part 0    [layout, [[partition, first, rows, sizeBytes, openedAt, begins?], …], ledger]
 *   part 1…n  [[partition, first, last, [run, …]], …]      a chunk: pieces, each with the runs of its columns
 *
 * A chunk holds rows that came between two checkpoints, and is never written again until it is folded into another.
 * `begins` is the number of a cut of the ledger; -1 for a file that was open when there was no ledger, and so has none.
 * Pieces below their partition's `first` are in finished files and are passed over.
 */
const schema = 1
/** Chunks from this size on are not folded while most of their rows are needed. */
const fullBytes = 16 * 2 ** 20
const cbor = new Encoder({ useRecords: false, tagUint8Array: false })

type Head = [
  layout: string,
  files: [
    partition: string,
    first: number,
    rows: number,
    sizeBytes: number,
    openedAt: number,
    begins?: number,
  ][],
  ledger?: LedgerState,
]
type Sections = [partition: string, first: number, last: number, packed: Packed][]

interface Chunk {
  readonly bytes: Uint8Array
  /** Their runs are views of the bytes, so rows of a checkpoint are in memory once. */
  readonly pieces: readonly Piece[]
}

/** Open files by partition. */
export type OpenFiles = Map<string, OpenFile>

/** What a checkpoint had of open files. */
export interface RestoredTails {
  readonly files: OpenFiles
  readonly state: TailState
  /** `undefined` in the checkpoints of versions that kept no ledger. */
  readonly ledger: { readonly state: LedgerState; readonly cuts: readonly Cut[] } | undefined
}

/** The chunks that hold the rows of open files in the checkpoint. */
export class TailState {
  readonly #layout: string
  #chunks: readonly Chunk[]
  #head = new Uint8Array()
  readonly #elsewhere = new WeakSet<Piece>()

  constructor(format: Format<never>, chunks: readonly Chunk[] = []) {
    this.#layout = format.layout
    this.#chunks = chunks
  }

  /** Takes note of rows that are kept elsewhere from now on. */
  forget(pieces: readonly Piece[]): void {
    for (const piece of pieces) this.#elsewhere.add(piece)
  }

  /** The state now. Only rows that came since the last call are encoded, and chunks that are worth folding. */
  snapshot(files: OpenFiles, ledger?: SinkLedger): Snapshot {
    for (const file of files.values()) file.pack()
    const fresh = [...files.values()].flatMap(({ pieces }) => pieces.filter(({ saved }) => !saved))
    const isNeeded = (piece: Piece) => isLive(piece, files) && !this.#elsewhere.has(piece)
    const live = this.#chunks.map(({ pieces }) => pieces.filter(isNeeded))
    const facts = this.#chunks.map(({ bytes, pieces }, index) => {
      return { rows: rowsOf(pieces), liveRows: rowsOf(live[index]), full: bytes.length >= fullBytes }
    })
    const folded = chunksToFold(facts, rowsOf(fresh))
    this.#chunks = this.#chunks.filter((_, index) => !folded.has(index))
    this.#add([...fresh, ...live.filter((_, index) => folded.has(index)).flat()], files)
    this.#updateHead(files, ledger)
    return { schema, parts: [this.#head, ...this.#chunks.map(({ bytes }) => bytes)] }
  }

  /** Makes a chunk of the pieces and gives the files its views in their place. */
  #add(pieces: readonly Piece[], files: OpenFiles): void {
    if (pieces.length === 0) return
    const sections = adjoining(pieces).map((group) => {
      const [{ partition, first }, last] = [group[0] as Piece, group.at(-1) as Piece]
      return [partition, first, last.last, joined(group.map(({ packed }) => packed))]
    })
    const chunk = chunkOf(encoded(sections))
    this.#chunks = [...this.#chunks, chunk]
    const replaced = new Set(pieces)
    for (const [partition, views] of byPartition(chunk.pieces)) {
      const file = files.get(partition)
      if (file === undefined) continue
      file.pieces = [...file.pieces.filter((piece) => !replaced.has(piece)), ...views].sort(inOrder)
    }
  }

  /** The same array as before if nothing has changed. */
  #updateHead(files: OpenFiles, ledger: SinkLedger | undefined): void {
    const kept = ledger?.state(cutsOf(files))
    const entries = [...files.values()].map(({ partition, facts, first, sizeBytes, openedAt, begins }) => {
      const entry = [partition, first, facts.rows, sizeBytes, openedAt]
      return kept === undefined || begins === undefined ? entry : [...entry, kept.numberOf(begins)]
    })
    const head = encoded(kept === undefined ? [this.#layout, entries] : [this.#layout, entries, kept.state])
    if (Buffer.compare(head, this.#head) !== 0) this.#head = head
  }
}

/**
 * Open files and their chunks as a checkpoint has them.
 *
 * @param elsewhere Rows that the checkpoint keeps in another way: the first ones of their files.
 *
 * @throws MillraceError `CHECKPOINT_INCOMPATIBLE` if the columns have changed since.
 */
export function restoreTails(
  format: Format<never>,
  snapshot: Snapshot,
  elsewhere: readonly Piece[] = [],
): RestoredTails {
  const misfit = misfitOfTails(format, snapshot)
  if (misfit !== undefined) throw incompatible(misfit)
  const [headPart, ...parts] = snapshot.parts
  const [, entries, ledger]: Head = cbor.decode(headPart!)
  const chunks = parts.map(chunkOf)
  const keptTo = new Map(elsewhere.map(({ partition, last }) => [partition, last]))
  const inChunks = chunks.flatMap((chunk) => chunk.pieces)
  const isKept = ({ partition, first }: Piece) => first <= (keptTo.get(partition) ?? -1)
  const pieces = byPartition([...elsewhere, ...inChunks.filter((piece) => !isKept(piece))])
  const cuts = ledger === undefined ? [] : restoredCuts(ledger)
  const files = entries.map(([partition, first, rows, sizeBytes, openedAt, begin]) => {
    const own = (pieces.get(partition) ?? []).filter((piece) => piece.first >= first).sort(inOrder)
    requireWhole(partition, first, rows, own)
    const begins = beginning(cuts, rows, begin)
    const restored = { first, pieces: own, sizeBytes, openedAt, begins }
    return [partition, new OpenFile(partition, format, restored)] as const
  })
  const state = new TailState(format, chunks)
  state.forget(inChunks.filter(isKept))
  return { files: new Map(files), state, ledger: ledger && { state: ledger, cuts } }
}

/** What a checkpoint holds that these columns cannot go on from. */
export function misfitOfTails(
  format: Format<never>,
  { schema: written, parts: [head] }: Snapshot,
): string | undefined {
  if (written !== schema || head === undefined) return `state of version ${written}`
  const [layout]: Head = cbor.decode(head)
  return layout === format.layout ? undefined : `rows with columns ${layout}, not ${format.layout}`
}

/** The cuts at which open files begin. */
export function cutsOf(files: OpenFiles): ReadonlySet<Cut> {
  return new Set([...files.values()].flatMap(({ begins }) => begins ?? []))
}

/** What a checkpoint says of the files of a sink, without their rows. */
export interface TailFacts {
  /** The row at which the open file of each partition begins: all before it are in finished files. */
  readonly firstOpen: ReadonlyMap<string, number>
  readonly open: { readonly files: number; readonly rows: number }
  readonly ledger: RestoredTails['ledger']
}

/** @throws MillraceError `CHECKPOINT_INCOMPATIBLE` if this version does not know the state. */
export function tailFacts({ schema: written, parts: [head] }: Snapshot): TailFacts {
  if (written !== schema || head === undefined) throw incompatible(`state of version ${written}`)
  const [, entries, ledger]: Head = cbor.decode(head)
  const open = entries.filter(([, , rows]) => rows > 0)
  return {
    firstOpen: new Map(entries.map(([partition, first]) => [partition, first])),
    open: { files: open.length, rows: open.reduce((sum, [, , rows]) => sum + rows, 0) },
    ledger: ledger && { state: ledger, cuts: restoredCuts(ledger) },
  }
}

/** Where a file begins without a row is kept only of one that goes on where a published one ended. */
function beginning(cuts: readonly Cut[], rows: number, number: number | undefined): Cut | undefined {
  if (number === undefined) return rows === 0 ? undefined : unknownCut
  const cut = cuts[number] ?? unknownCut
  return rows === 0 ? { ...cut, pinned: true } : cut
}

function requireWhole(partition: string, first: number, rows: number, pieces: readonly Piece[]): void {
  let next = first
  for (const piece of pieces) next = piece.first === next ? piece.last + 1 : Number.NaN
  if (next === first + rows) return
  throw new MillraceError('CHECKPOINT_CORRUPT', `rows of partition ${partition || '(none)'} are missing`)
}

function chunkOf(bytes: Uint8Array): Chunk {
  const sections: Sections = cbor.decode(bytes)
  const pieces = sections.map(([partition, first, last, packed]) => ({
    partition,
    first,
    last,
    packed,
    saved: true,
  }))
  return { bytes, pieces }
}

/** A file is finished with all its rows, so a piece is needed as a whole or not at all. */
function isLive({ partition, first }: Piece, files: OpenFiles): boolean {
  return first >= (files.get(partition)?.first ?? Number.POSITIVE_INFINITY)
}

/** Pieces that follow each other in a partition, together. */
function adjoining(pieces: readonly Piece[]): Piece[][] {
  const groups: Piece[][] = []
  for (const piece of [...pieces].sort(inOrder)) {
    const group = groups.at(-1)
    const previous = group?.at(-1)
    if (previous?.partition === piece.partition && previous.last + 1 === piece.first) group?.push(piece)
    else groups.push([piece])
  }
  return groups
}

function joined(packs: readonly Packed[]): Packed {
  return (packs[0] ?? []).map((_, run) =>
    Buffer.concat(packs.map((packed) => packed[run] ?? new Uint8Array())),
  )
}

function byPartition(pieces: readonly Piece[]): Map<string, Piece[]> {
  const groups = new Map<string, Piece[]>()
  for (const piece of pieces) {
    const group = groups.get(piece.partition)
    if (group === undefined) groups.set(piece.partition, [piece])
    else group.push(piece)
  }
  return groups
}

function inOrder(a: Piece, b: Piece): number {
  if (a.partition !== b.partition) return a.partition < b.partition ? -1 : 1
  return a.first - b.first
}

function rowsOf(pieces: readonly Piece[] = []): number {
  return pieces.reduce((rows, { first, last }) => rows + last + 1 - first, 0)
}

/** A copy, since the encoder's own buffer holds more than the result. */
function encoded(value: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(cbor.encode(value))
}

function incompatible(what: string): MillraceError {
  return new MillraceError('CHECKPOINT_INCOMPATIBLE', `the checkpoint holds ${what}`)
}
