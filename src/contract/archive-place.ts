/** A file of an archive, read in pieces. */
export interface ArchivedFile {
  readonly sizeBytes: number
  /** The bytes from `start` up to but not including `end`. */
  read(start: number, end: number): Promise<Uint8Array>
}

/**
 * Where an archive of a stream lies: its files and nothing else, none of which ever changes. `folderArchive(…)` of
 * `millrace/connectors/kinesis` and `bucketArchive(…)` of `millrace/connectors/s3` give one; your own are objects of this kind.
 * Several files are opened and read at the same time.
 */
export interface ArchivePlace {
  /** For plans and messages, such as `folder lake/orders-archive`. */
  readonly description: string
  /** The names of all that is there. */
  list(): Promise<readonly string[]>
  open(name: string): Promise<ArchivedFile>
}
