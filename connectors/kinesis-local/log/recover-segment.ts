import { readFileSync, statSync, truncateSync } from 'node:fs'
import { recordArrivalMs } from './record-layout.ts'
import type { ResidentSegments } from './resident-segments.ts'
import type { SealedFacts } from './sealed-index.ts'
import { Segment } from './segment.ts'
import { SegmentFile } from './segment-file.ts'
import { findRecords, soundEnd } from './segment-image.ts'
import { storeCorrupt } from './store-corrupt.ts'

/**
 * Reads a segment back and checks every byte of it. A torn block at the end of the last segment is cut off, on disk as
 * well.
 */
export function recoverSegment(
  path: string,
  first: number,
  last: boolean,
  resident: ResidentSegments,
): Segment {
  const bytes = readFileSync(path)
  const end = soundEnd(path, bytes, last)
  if (end < bytes.length) truncateSync(path, end)
  const home = { file: new SegmentFile(path, end), resident }
  const segment = new Segment(first, end === 0 ? { home } : { home, written: bytes.subarray(0, end) })
  findRecords(path, bytes.subarray(0, end), (place) => segment.recall(place, recordArrivalMs(bytes, place)))
  if (end > 0) segment.keep()
  if (!last) segment.seal()
  return segment
}

/** A sealed segment whose facts are known. It is read, and checked then, when somebody asks for its records. */
export function dormantSegment(path: string, sealed: SealedFacts, resident: ResidentSegments): Segment {
  const { size } = statSync(path)
  if (size !== sealed.sizeBytes) {
    throw storeCorrupt(
      path,
      Math.min(size, sealed.sizeBytes),
      `the segment has ${size} bytes instead of ${sealed.sizeBytes}`,
    )
  }
  return new Segment(sealed.first, { home: { file: new SegmentFile(path, size), resident }, sealed })
}
