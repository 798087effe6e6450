/** What `docs/checkpoint-format.md` calls by the same names. */
export const magic = Buffer.from('MLRSTAT1')
export const endMagic = Buffer.from('MLRSTEND')
/** Where the index begins, the checksum, and the magic. */
export const trailerBytes = 4 + 4 + endMagic.length

/** The bits of an entry's first byte. */
export const entryFlags = { namespace: 1, deleted: 2, eventTimers: 4, processingTimers: 8 }

/** The bits of a group in the index. */
export const groupFlags = { eventTimers: 1, processingTimers: 2 }

/** What a file says of itself, in CBOR. */
export interface StateFileHeader {
  /** How values are encoded. */
  readonly codec: 'cbor'
  /** What the operator calls the shape of its state. */
  readonly shape: string
  /** Namespaces that no longer hold anything that earlier layers say of them. */
  readonly dropped: readonly number[]
}
