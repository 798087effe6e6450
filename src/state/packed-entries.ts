import { ByteWriter } from './files/byte-writer.ts'
import { writeEntry } from './files/entry-bytes.ts'
import type { StateEntry } from './files/state-entry.ts'

/** A piece of memory is full at this size: moving one to another thread takes no time, and making one hardly any. */
const pieceBytes = 2 ** 20
/** What the last entry of a piece may take without more memory. */
const slackBytes = 4 * 1024
/** Most cuts are small. */
const firstPieceBytes = 16 * 1024

/** Entries as they are in state files, in any order. */
export interface EntryPieces {
  /** Each says the namespace of its first entry. */
  readonly pieces: readonly Uint8Array[]
  readonly entries: number
  readonly sizeBytes: number
}

/** Collects what a cut has to say, in the bytes that its files will have. */
export class PackedEntries {
  #pieces: Uint8Array[] = []
  #piece: ByteWriter | undefined
  /** Of the entry before, in the same piece. */
  #namespace: number | undefined
  #entries = 0
  #sizeBytes = 0

  /** How many bytes there are, without those of the last piece. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  add(entry: StateEntry): void {
    this.#piece ??= new ByteWriter(this.#pieces.length === 0 ? firstPieceBytes : pieceBytes + slackBytes)
    writeEntry(this.#piece, entry, entry.namespace === this.#namespace)
    this.#namespace = entry.namespace
    this.#entries += 1
    if (this.#piece.length >= pieceBytes) this.#endPiece()
  }

  /** Gives what was added, and begins anew. */
  take(): EntryPieces {
    this.#endPiece()
    const taken = { pieces: this.#pieces, entries: this.#entries, sizeBytes: this.#sizeBytes }
    this.#pieces = []
    this.#entries = 0
    this.#sizeBytes = 0
    return taken
  }

  #endPiece(): void {
    if (this.#piece === undefined) return
    this.#pieces.push(this.#piece.end())
    this.#sizeBytes += this.#piece.length
    this.#piece = undefined
    this.#namespace = undefined
  }
}
