/** How much of a chunk is still needed: rows of files that were finished since are dead. */
export interface ChunkFacts {
  readonly rows: number
  readonly liveRows: number
  /** So large that writing it again would make a checkpoint slow. */
  readonly full: boolean
}

/**
 * The chunks whose live rows go into the next chunk, besides the fresh rows, as indexes. Chunks that are kept are
 * more than half alive, and full or at least twice as large as what is folded; so their number grows with the
 * logarithm of the rows until they are full, and a row is written again only so many times.
 */
export function chunksToFold(chunks: readonly ChunkFacts[], freshRows: number): Set<number> {
  const folded = new Set<number>()
  let sum = freshRows
  const ascending = chunks
    .map((facts, index) => ({ ...facts, index }))
    .sort((a, b) => a.liveRows - b.liveRows)
  for (const { rows, liveRows, full, index } of ascending) {
    if (liveRows * 2 > rows && (full || liveRows >= sum * 2)) continue
    folded.add(index)
    sum += liveRows
  }
  return folded
}
