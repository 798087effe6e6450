/** What an agent has done since it was started, and what lies before it. */
export interface AgentProgress {
  /** Files that are being read, or were read to their end and are still there. */
  readonly files: number
  /** Records that the stream has acknowledged. */
  readonly records: number
  /** Their data, in bytes. */
  readonly bytes: number
  /** In all files, in bytes, as far as they have been looked at. */
  readonly unreadBytes: number
  /** Records that are pieces of lines or of records of several lines that were too long. */
  readonly piecesOfLong: number
  /** Records whose rest was left out, with `longLines: 'shorten'`; what was left out is in `discardedBytes`. */
  readonly shortened: number
  readonly discardedBytes: number
  /** Lines without anything, which make no records. */
  readonly emptyLines: number
  /** Records that went to the file of `badRecords`. */
  readonly bad: number
  /** How often a file was found truncated or written anew. */
  readonly rewritten: number
  /** Bytes that were seen in files, and were gone before they were read: by truncation or deletion. */
  readonly lostBytes: number
  /** Files and folders that cannot be read now. */
  readonly refused: number
}

/** The parts of the progress that only grow. */
export type AgentCounts = {
  -readonly [Name in Exclude<keyof AgentProgress, 'files' | 'unreadBytes' | 'refused'>]: number
}

export function noCounts(): AgentCounts {
  return {
    records: 0,
    bytes: 0,
    piecesOfLong: 0,
    shortened: 0,
    discardedBytes: 0,
    emptyLines: 0,
    bad: 0,
    rewritten: 0,
    lostBytes: 0,
  }
}
