/** Writes the data of a record, in the representation that the wire gave it, as raw bytes. */
export interface BlobWriter {
  /** False if `blob` does not have `size` bytes after all. */
  writeBlob(blob: unknown, size: number, target: Buffer, at: number): boolean
}

/** A record that is to be stored. The blob is as the wire gave it. */
export interface NewRecord {
  /** `undefined` if none was sent. */
  readonly partitionKey: string | undefined
  readonly blob: unknown
  readonly blobSize: number
  /** Whether its stream encrypts. It is noted; the bytes stay as they are. */
  readonly encrypted: boolean
}
