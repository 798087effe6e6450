import { ColdPiece, isCold } from './cold-piece.ts'
import type { Packed } from './format.ts'
import type { OpenFile, Piece } from './open-file.ts'
import { ScratchFile } from './scratch-file.ts'
import type { OpenFiles, TailState } from './tail-state.ts'

/** A piece on disk is read as a whole, so pieces are joined up to this size. */
const joinedBytes = 2 ** 23
/** A file on disk goes when no row of it is needed, so a full one is followed by another. */
const fullBytes = 2 ** 28

/** Keeps rows of open files on the local disk while there is no room for them in memory. The truth is the checkpoint. */
export class Spill {
  readonly #files = new Set<ScratchFile>()
  /** Where more rows go. */
  #current: ScratchFile | undefined

  /** Puts all rows of some files on disk. What of them is in chunks of the tail is needed there no longer. */
  spill(victims: readonly OpenFile[], tail: TailState): void {
    const file = this.#fileToFill()
    for (const victim of victims) {
      victim.pack()
      const hot = victim.pieces.filter((piece) => !isCold(piece))
      const cold = victim.pieces.filter(isCold)
      // What rows weigh is known of all together: the pieces but the last share it by their rows.
      let [weight, rows] = [hotBytes(victim), rowsOf(hot)]
      const spilled = groupsOf(hot).map((group) => {
        const sizeBytes = Math.round((weight * rowsOf(group)) / rows)
        weight -= sizeBytes
        rows -= rowsOf(group)
        return new ColdPiece(joined(group), sizeBytes, file)
      })
      victim.pieces = [...cold, ...spilled]
      tail.forget(hot)
    }
  }

  /** Puts rows of a checkpoint on disk. */
  restore(pieces: readonly (readonly [piece: Omit<Piece, 'saved'>, sizeBytes: number])[]): ColdPiece[] {
    const file = this.#fileToFill()
    return pieces.map(([piece, sizeBytes]) => new ColdPiece(piece, sizeBytes, file))
  }

  /** The files that hold no row of an open file now. */
  unused(files: OpenFiles): readonly ScratchFile[] {
    const used = new Set(coldPieces(files).map(({ file }) => file))
    const unused = [...this.#files].filter((file) => !used.has(file))
    if (this.#current !== undefined && !used.has(this.#current)) this.#current = undefined
    return unused
  }

  release(files: readonly ScratchFile[]): void {
    for (const file of files) if (this.#files.delete(file)) file.close()
  }

  close(): void {
    this.release([...this.#files])
  }

  #fileToFill(): ScratchFile {
    if (this.#current !== undefined && this.#current.sizeBytes < fullBytes) return this.#current
    this.#current = new ScratchFile()
    this.#files.add(this.#current)
    return this.#current
  }
}

export function coldPieces(files: OpenFiles): ColdPiece[] {
  return [...files.values()].flatMap(({ pieces }) => pieces.filter(isCold))
}

/** What the rows of a file that are in memory weigh. */
export function hotBytes({ sizeBytes, pieces }: OpenFile): number {
  return sizeBytes - weightOf(pieces.filter(isCold))
}

function weightOf(pieces: readonly ColdPiece[]): number {
  return pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

function rowsOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { first, last }) => sum + last + 1 - first, 0)
}

function groupsOf(pieces: readonly Piece[]): Piece[][] {
  const groups: Piece[][] = []
  let room = 0
  for (const piece of pieces) {
    const sizeBytes = piece.packed.reduce((sum, run) => sum + run.length, 0)
    if (room < sizeBytes) groups.push([])
    room = (room < sizeBytes ? joinedBytes : room) - sizeBytes
    groups.at(-1)?.push(piece)
  }
  return groups
}

/** Pieces that follow each other as one. */
function joined(pieces: readonly Piece[]): Omit<Piece, 'saved'> {
  const [{ partition, first, packed }, { last }] = [pieces[0] as Piece, pieces.at(-1) as Piece]
  if (pieces.length === 1) return { partition, first, last, packed }
  const runs: Packed = packed.map((_, run) => Buffer.concat(pieces.map((piece) => piece.packed[run]!)))
  return { partition, first, last, packed: runs }
}
