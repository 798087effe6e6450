/** When a file is finished and another begun. */
export interface RollPolicy {
  readonly sizeBytes: number
  readonly ageMs: number
}

/** What is known of an open file. */
export interface OpenFacts {
  readonly rows: number
  readonly lastRow: number
  readonly sizeBytes: number
  /** When its first row came. */
  readonly openedAt: number
  /** The last row of the published file that these rows are in already, when a replay gives them again. */
  readonly publishedTo: number | undefined
}

/** Whether the row just written is the file's last. Depends on rows alone, never on time. */
export function isFull(file: OpenFacts, { sizeBytes }: RollPolicy): boolean {
  if (file.publishedTo !== undefined) return file.lastRow === file.publishedTo
  return file.rows > 0 && file.sizeBytes >= sizeBytes
}

/** Whether a checkpoint finishes the file. Rows that are published must end where they ended then. */
export function isDue(file: OpenFacts, now: number, last: boolean, { ageMs }: RollPolicy): boolean {
  if (file.rows === 0 || file.publishedTo !== undefined) return false
  return last || now - file.openedAt >= ageMs
}
