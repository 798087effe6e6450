import type { Packed } from './format.ts'
import type { Piece } from './open-file.ts'
import type { Place, ScratchFile } from './scratch-file.ts'

/** Rows that lie on disk. Each look at `packed` reads them. */
export class ColdPiece implements Piece {
  /** What holds the hot rows of a checkpoint has nothing to do with it. */
  readonly saved = true
  readonly partition: string
  readonly first: number
  readonly last: number
  /** What the rows weigh in their open file. */
  readonly sizeBytes: number
  readonly file: ScratchFile
  readonly #place: Place

  constructor(piece: Omit<Piece, 'saved'>, sizeBytes: number, file: ScratchFile) {
    this.partition = piece.partition
    this.first = piece.first
    this.last = piece.last
    this.sizeBytes = sizeBytes
    this.file = file
    this.#place = file.write(piece.packed)
  }

  get packed(): Packed {
    return this.file.read(this.#place)
  }

  get storedBytes(): number {
    return this.#place.lengths.reduce((sum, length) => sum + length, 0)
  }
}

export function isCold(piece: Piece): piece is ColdPiece {
  return piece instanceof ColdPiece
}
