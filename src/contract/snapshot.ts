/**
 * The serialised state of one operator, sink writer or source at a barrier. `schema` is the version of the parts'
 * layout. A part whose array is the very same object as in an earlier snapshot is not written again.
 * The bytes of a restored part belong to whoever it is given to.
 */
export interface Snapshot {
  readonly schema: number
  readonly parts: readonly Uint8Array[]
  /** Keyed state at a barrier: what has changed is cut already, and encoded and written later. */
  readonly changes?: StateChanges
  /** Keyed state that a checkpoint holds, when it is restored. */
  readonly layers?: Layers
  /**
   * Of a snapshot that is restored by a job with a later version of the state: makes the value of a key into what it is
   * now. Each value is given once; from then on it counts as changed.
   */
  readonly migrate?: (value: unknown, key: string | number | bigint) => unknown
}

/** A file of the checkpoint store. Its bytes are read when they are wanted. */
export interface StoredFile {
  readonly sizeBytes: number
  /**
   * Its bytes, which belong to whoever asked for them.
   *
   * @throws MillraceError `CHECKPOINT_CORRUPT` if it is not any more what it was.
   */
  read(): Promise<Uint8Array>
}

/**
 * The files of a keyed state, the oldest layer first. What a layer says of a key is the truth, unless a later one says
 * otherwise. The files of one layer follow each other by key group, and none of them says anything of the same key.
 */
export type Layers = readonly (readonly StoredFile[])[]

/** Writes a file of a checkpoint in the making. */
export type WriteFile = (content: Uint8Array) => Promise<StoredFile>

/** What has changed in a keyed state up to a barrier. Nothing that happens after the barrier changes it. */
export interface StateChanges {
  /** Encodes and writes what is new. Gives all layers, also those of earlier checkpoints. */
  written(write: WriteFile): Promise<Layers>
  /** The checkpoint with these layers is published. Unless this is called, the next changes contain these too. */
  published(): void
}
