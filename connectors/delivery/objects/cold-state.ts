import { Encoder } from 'cbor-x'
import type { Layers, StateChanges, StoredFile, WriteFile } from '../../../src/contract/snapshot.ts'
import { chunksToFold } from './chunk-fold.ts'
import type { ColdPiece } from './cold-piece.ts'
import type { Packed } from './format.ts'
import { coldPieces, type Spill } from './spill.ts'
import type { OpenFiles } from './tail-state.ts'

/*
 * Rows on the local disk in a checkpoint: files of at most about 8 MiB, as CBOR without extensions (RFC 8949), each
 *
 *   [[partition, first, last, [run, …], sizeBytes], …]
 *
 * They pass through memory file by file, once.
 */
const fileBytes = 2 ** 23
const cbor = new Encoder({ useRecords: false, tagUint8Array: false })

type Sections = [partition: string, first: number, last: number, packed: Packed, sizeBytes: number][]

interface ColdFile {
  readonly stored: StoredFile
  readonly pieces: readonly ColdPiece[]
}

/** The files of the checkpoint that hold the rows that lie on the local disk. */
export class ColdState {
  #files: readonly ColdFile[]
  #written: readonly ColdFile[] | undefined

  constructor(files: readonly ColdFile[] = []) {
    this.#files = files
  }

  /** What a checkpoint has of the rows on disk now; `undefined` if there are none. */
  cut(open: OpenFiles): StateChanges | undefined {
    const live = coldPieces(open)
    if (live.length === 0) {
      this.#written = []
      return undefined
    }
    const isLive = new Set(live)
    const facts = this.#files.map(({ stored, pieces }) => {
      const liveRows = rowsOf(pieces.filter((piece) => isLive.has(piece)))
      return { rows: rowsOf(pieces), liveRows, full: stored.sizeBytes >= fileBytes }
    })
    const known = new Set(this.#files.flatMap(({ pieces }) => pieces))
    const folded = chunksToFold(facts, rowsOf(live.filter((piece) => !known.has(piece))))
    const kept = this.#files.filter((_, index) => !folded.has(index))
    const inKept = new Set(kept.flatMap(({ pieces }) => pieces))
    const fresh = live.filter((piece) => !inKept.has(piece))
    return { written: (write) => this.#write(write, kept, fresh), published: () => {} }
  }

  /** The checkpoint of the last cut is published. */
  published(): void {
    this.#files = this.#written ?? this.#files
    this.#written = undefined
  }

  async #write(write: WriteFile, kept: readonly ColdFile[], fresh: readonly ColdPiece[]): Promise<Layers> {
    const made: ColdFile[] = []
    for (const pieces of groupsOf(fresh)) made.push({ stored: await write(encoded(pieces)), pieces })
    this.#written = [...kept, ...made]
    return [this.#written.map(({ stored }) => stored)]
  }
}

/** Puts the rows of a checkpoint that were on disk there again. */
export async function restoreCold(
  layers: Layers,
  spill: Spill,
): Promise<{ state: ColdState; pieces: readonly ColdPiece[] }> {
  const files: ColdFile[] = []
  for (const stored of layers.flat()) {
    const sections: Sections = cbor.decode(await stored.read())
    const pieces = sections.map(([partition, first, last, packed, sizeBytes]) => {
      return [{ partition, first, last, packed }, sizeBytes] as const
    })
    files.push({ stored, pieces: spill.restore(pieces) })
  }
  return { state: new ColdState(files), pieces: files.flatMap(({ pieces }) => pieces) }
}

function encoded(pieces: readonly ColdPiece[]): Uint8Array {
  const sections = pieces.map(({ partition, first, last, packed, sizeBytes }) => {
    return [partition, first, last, packed, sizeBytes]
  })
  return new Uint8Array(cbor.encode(sections))
}

function groupsOf(pieces: readonly ColdPiece[]): ColdPiece[][] {
  const groups: ColdPiece[][] = []
  let room = 0
  for (const piece of pieces) {
    if (room < piece.storedBytes) groups.push([])
    room = (room < piece.storedBytes ? fileBytes : room) - piece.storedBytes
    groups.at(-1)?.push(piece)
  }
  return groups
}

function rowsOf(pieces: readonly ColdPiece[]): number {
  return pieces.reduce((rows, { first, last }) => rows + last + 1 - first, 0)
}
